import type { AlertName } from './constants.ts';

/** Why a connection failed or ended. */
export type TlsErrorCode =
  | 'malformed' // bytes that are no message of the protocol
  | 'unexpected' // a message that does not belong there
  | 'illegal' // a value that was not offered or does not fit
  | 'protocol-version' // the server does not speak TLS 1.3
  | 'no-common-parameters' // no group, suite or scheme in common
  | 'bad-record' // a record that does not decrypt
  | 'certificate-malformed' // the server's certificate is none, or breaks the rules of RFC 5280
  | 'certificate-untrusted' // no path from the server's certificate to a trusted root
  | 'certificate-time' // a certificate of the path is not valid now
  | 'certificate-purpose' // the server's certificate is not for servers
  | 'host-mismatch' // the server's certificate is for another name
  | 'server-signature' // the server did not prove that it holds the key of its certificate
  | 'server-finished' // the handshake was tampered with
  | 'no-client-authentication' // the server did not ask who we are
  | 'chip-signature' // the chip could not sign
  | 'alert' // the server refused: `alert` says why
  | 'truncated' // the line ended without close_notify
  | 'handshake-timeout' // the server fell silent in mid-handshake
  | 'socket'; // the line itself failed: see the cause

/** The one error of the TLS client. `alert`: what was sent to the server or, for code `alert`, what it sent. */
export class TlsError extends Error {
  readonly code: TlsErrorCode;
  readonly alert: string | null;

  constructor(code: TlsErrorCode, message: string, options: { alert?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'TlsError';
    this.code = code;
    this.alert = options.alert ?? null;
  }
}

/** A failure that is told to the server with this alert. */
export function fatal(code: TlsErrorCode, alert: AlertName, message: string, cause?: unknown): TlsError {
  return new TlsError(code, message, { alert, ...(cause === undefined ? {} : { cause }) });
}

export const malformed = (message: string): TlsError => fatal('malformed', 'decode_error', message);
export const unexpected = (message: string): TlsError => fatal('unexpected', 'unexpected_message', message);
export const illegal = (message: string): TlsError => fatal('illegal', 'illegal_parameter', message);
