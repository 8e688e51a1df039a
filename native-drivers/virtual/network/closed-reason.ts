import { ErrorWithReasonCode } from 'mqtt';
import { TlsError } from './tls/tls-error.ts';

/** Why a device has no connection, or has it no longer. */
export type ClosedCode =
  | 'asked' // the device itself closed it
  | 'tls' // detail: code of the TlsError, and the alert where the broker sent one
  | 'socket' // detail: the system's code, ECONNREFUSED and the like
  | 'refused' // the broker refused the MQTT connection; detail: reason code (MQTT 5, 3.2.2.2)
  | 'disconnected' // the broker said DISCONNECT; detail: reason code (MQTT 5, 3.14.2.1)
  | 'ended' // the broker closed without a word of MQTT
  | 'silent'; // no answer in time: CONNACK or PINGRESP

export interface ClosedReason {
  code: ClosedCode;
  detail: string | null;
  cause?: unknown;
}

/** A connection that did not come about, or something asked of one that is gone. */
export class DeviceConnectionError extends Error {
  readonly code: ClosedCode;
  readonly detail: string | null;

  constructor({ code, detail, cause }: ClosedReason) {
    super(`The device has no connection to the broker: ${reasonKey({ code, detail })}.`, { cause });
    this.name = 'DeviceConnectionError';
    this.code = code;
    this.detail = detail;
  }
}

/** A short key for counting: `tls:alert:certificate_revoked`, `refused:135`, `socket:ECONNRESET`, `ended`. */
export function reasonKey({ code, detail }: Pick<ClosedReason, 'code' | 'detail'>): string {
  return detail === null ? code : `${code}:${detail}`;
}

/** What an error of the stream or of the MQTT client says about the connection. */
export function reasonOf(error: unknown): ClosedReason {
  if (error instanceof TlsError) return tlsReason(error);
  if (error instanceof ErrorWithReasonCode)
    return { code: 'refused', detail: String(error.code), cause: error };
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return { code: 'socket', detail: error.code, cause: error };
  return { code: 'silent', detail: null, cause: error };
}

function tlsReason(error: TlsError): ClosedReason {
  const { code, alert, cause } = error;
  if (code === 'socket') return { ...reasonOf(cause), cause: error };
  return { code: 'tls', detail: code === 'alert' && alert !== null ? `alert:${alert}` : code, cause: error };
}
