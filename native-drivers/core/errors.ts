/**
 * Every failure a driver reports. The code says what kind it is; nothing ever matches on a message.
 * `chip` tells what is known of the part, so that a screen can say it without guessing.
 */
export type DriverErrorCode =
  | 'no-answer' // nothing came back in the time the protocol allows
  | 'port-gone' // the port vanished: cable pulled, adapter unplugged
  | 'port-busy' // another program holds the port
  | 'port-missing' // no such port
  | 'line-echoes' // what is sent comes back: no answer can be told from a question
  | 'bad-frame' // bytes that are no frame of the protocol
  | 'bad-checksum' // a frame with a wrong checksum
  | 'device-error' // the chip answered with an error status
  | 'wrong-chip' // the chip is not what the job is for
  | 'chip-swapped' // the chip is not the one this run began with
  | 'wrong-state' // the chip's life-cycle state does not allow the step
  | 'protected' // the chip refuses reading or writing
  | 'locked' // the chip is locked already
  | 'verify-mismatch' // read back differs from what was written
  | 'image-format' // an image file that does not parse
  | 'image-range' // an image that does not fit the chip
  | 'image-overlap' // two pieces of an image claim one address
  | 'enrol-refused' // the root of trust refused to enrol
  | 'outcome-unknown' // the link died after an irreversible command: read back before anything else
  | 'unsupported' // the target cannot do what was asked
  | 'cancelled'
  | 'host-died' // the driver process ended; it is being restarted
  | 'bad-argument';

/** What is known of the part when an error is raised. */
export type ChipState = 'untouched' | 'not-locked' | 'locked' | 'unknown';

export interface DriverErrorJson {
  code: DriverErrorCode;
  message: string;
  chip: ChipState;
  context: Record<string, string | number | boolean>;
  cause?: string;
}

/** The one error class of the drivers. `context` carries ports, addresses, statuses: never key material. */
export class DriverError extends Error {
  readonly code: DriverErrorCode;
  readonly chip: ChipState;
  readonly context: Record<string, string | number | boolean>;

  constructor(
    code: DriverErrorCode,
    message: string,
    options: {
      chip?: ChipState;
      context?: Record<string, string | number | boolean>;
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'DriverError';
    this.code = code;
    this.chip = options.chip ?? 'unknown';
    this.context = options.context ?? {};
  }

  /** A plain object that survives a process boundary. */
  toJSON(): DriverErrorJson {
    const { code, message, chip, context } = this;
    const cause = this.cause instanceof Error ? this.cause.message : undefined;
    return { code, message, chip, context, ...(cause === undefined ? {} : { cause }) };
  }

  static fromJSON(json: DriverErrorJson): DriverError {
    const cause = json.cause === undefined ? {} : { cause: new Error(json.cause) };
    return new DriverError(json.code, json.message, { chip: json.chip, context: json.context, ...cause });
  }
}
