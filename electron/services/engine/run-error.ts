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
