export type StoreErrorCode =
  | 'second-start' // another station has this data folder open (context: pid, since)
  | 'newer-database' // made by a newer version: refused untouched
  | 'disk-full'
  | 'corrupt'
  | 'conflict'
  | 'not-found'
  | 'already-passed' // in this batch
  | 'passed-in-other-batch' // context: lot
  | 'uid-twice' // a part of this unique id is under way in another site (context: site)
  | 'still-unknown'
  | 'allowance-used-up'
  | 'identity-seen'
  | 'io';

/** The one error class of the store; survives the worker boundary as JSON. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly context: Record<string, string | number>;
  constructor(
    code: StoreErrorCode,
    message: string,
    context: Record<string, string | number> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'StoreError';
    this.code = code;
    this.context = context;
  }
}
