import type { ChipState, DriverErrorCode } from '#drivers/core/errors.ts';

/** What the engine itself can find wrong; drivers and the store bring codes of their own. */
export type EngineCode =
  | 'limit' // a measurement outside the limits of the recipe
  | 'timeout' // a phase took longer than its recipe allows
  | 'stopped' // a person stopped the run
  | 'part-removed' // the socket reports that the part is out
  | 'interrupted' // the station ended in the middle of the run
  | 'not-locked' // the chip was told to lock and reads back open
  | 'identity-mismatch' // silicon holds another identity or certificate than this run gave it
  | 'proof-refused' // the challenge was not signed by the key of the certificate
  | 'certificate-refused' // the issuing CA refused the request
  | 'wrong-site' // the site is set up for another chip
  | 'wrong-root-of-trust' // the firmware speaks for another root of trust than the job's
  | 'tool-not-allowed' // the job names a program that this station's list does not have
  | 'fixture-control' // the site drives reset and mode pin in another way than the recipe asks for
  | 'no-identity' // the part shows no unique id
  | 'provisioned-elsewhere' // somebody made this part, and not this station
  | 'not-taken' // the life cycle does not show what the part was brought to
  | 'unfinished' // something that cannot be undone was done, and what comes after it was not
  | 'identity-hidden' // a part that is read back and does not show which one it is
  | 'internal';

/** A failure the engine found. `chip` stays null where the journal decides what is known of the part. */
export class RunError extends Error {
  readonly code: EngineCode | DriverErrorCode;
  readonly chip: ChipState | null;
  readonly context: Record<string, string | number | boolean>;

  constructor(
    code: EngineCode | DriverErrorCode,
    context: Record<string, string | number | boolean> = {},
    options: { chip?: ChipState; cause?: unknown } = {},
  ) {
    super(code, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'RunError';
    this.code = code;
    this.chip = options.chip ?? null;
    this.context = context;
  }
}
