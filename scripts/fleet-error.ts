/** What stops a whole fleet before or while it runs. */
export type FleetErrorCode =
  | 'files' // too few open files are allowed
  | 'input' // a file that was named is missing or is not what it should be
  | 'issuer' // the identities in the folder come from another CA
  | 'identities' // the file of identities is damaged
  | 'worker'; // a thread died

/** `message`: what happened and what to do. */
export class FleetError extends Error {
  readonly code: FleetErrorCode;

  constructor(code: FleetErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'FleetError';
    this.code = code;
  }
}
