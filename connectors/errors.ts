/** What kind of failure a connector met. Nothing ever matches on a message. */
export type ConnectorErrorCode =
  | 'unreachable' // no connection to the target, or it ended in the middle of a call
  | 'credentials' // the target does not take the administrator's credentials
  | 'untrusted' // the target's own certificate is not the one that was expected
  | 'no-right' // signed in, but without the right to administer
  | 'unsafe' // the target, as it is set up, would give more than was asked for
  | 'no-answer' // connected, and nothing came back in time
  | 'bad-answer' // an answer that is not in the target's protocol
  | 'unsupported' // the target, as it is set up, cannot do this
  | 'name-unsuitable' // a device name that could reach beyond its own topics
  | 'name-taken' // the name belongs to another certificate
  | 'revoked' // this identity was revoked at the target before
  | 'refused' // the target refused this one item
  | 'crl-missing' // a CA without a list of revoked certificates
  | 'crl-not-newer' // the target has a later list already
  | 'crl-same-second' // another list of the same second, which the target would not obey
  | 'crl-not-valid' // a list from the future, or one that has ended: nobody could connect
  | 'bad-certificate' // not a certificate, or not a CA
  | 'bad-crl' // not a list of revoked certificates
  | 'files' // a file of the target cannot be read or written
  | 'reload' // the target was not told to read its files again
  | 'bad-options' // the connector's own settings
  | 'cancelled';

/** Whether it is worth trying again without a person doing something first. */
export type Retry = 'later' | 'never';

/** A call that failed as a whole: the target, not one device, is the matter. Carries no secret. */
export class ConnectorError extends Error {
  readonly code: ConnectorErrorCode;
  readonly retry: Retry;
  readonly context: Record<string, string | number | boolean>;

  constructor(
    code: ConnectorErrorCode,
    message: string,
    options: { retry?: Retry; context?: Record<string, string | number | boolean>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ConnectorError';
    this.code = code;
    this.retry = options.retry ?? 'later';
    this.context = options.context ?? {};
  }
}

/** Throws `cancelled` once a call is no longer wanted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new ConnectorError('cancelled', 'The call was cancelled.', { cause: signal.reason });
}
