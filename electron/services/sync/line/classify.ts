import { LineError, type LineCode } from './line-error.ts';

/** Codes of node:net, node:tls (OpenSSL) and undici by what they mean to a person. */
const codes: Readonly<Record<string, LineCode>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ENETUNREACH: 'no-route',
  EHOSTUNREACH: 'no-route',
  ENETDOWN: 'no-route',
  EADDRNOTAVAIL: 'no-route',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'cut',
  ECONNABORTED: 'cut',
  EPIPE: 'cut',
  UND_ERR_SOCKET: 'cut',
  UND_ERR_CLOSED: 'cut',
  UND_ERR_DESTROYED: 'cut',
  ERR_STREAM_PREMATURE_CLOSE: 'cut',
  ERR_HTTP2_STREAM_CANCEL: 'cut',
  ERR_HTTP2_STREAM_ERROR: 'cut',
  ERR_HTTP2_SESSION_ERROR: 'cut',
  ERR_HTTP2_GOAWAY_SESSION: 'cut',
  ERR_HTTP2_INVALID_SESSION: 'cut',
  ERR_SSL_UNEXPECTED_EOF_WHILE_READING: 'cut',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  // As the store says it.
  'disk-full': 'disk-full',
  CERT_HAS_EXPIRED: 'tls-untrusted',
  CERT_NOT_YET_VALID: 'tls-untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  CERT_SIGNATURE_FAILURE: 'tls-untrusted',
  CERT_UNTRUSTED: 'tls-untrusted',
  INVALID_CA: 'tls-untrusted',
  INVALID_PURPOSE: 'tls-untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-untrusted',
  // Alerts of RFC 8446, 6.2, as OpenSSL and BoringSSL name what the other side sent.
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'tls-expired-here',
  ERR_SSL_SSL_TLS_ALERT_CERTIFICATE_EXPIRED: 'tls-expired-here',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: 'tls-revoked',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'tls-revoked',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'tls-revoked',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'tls-revoked',
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: 'tls-revoked',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'tls-revoked',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'protocol-unsupported',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'protocol-unsupported',
  ERR_SSL_WRONG_VERSION_NUMBER: 'bad-answer',
};

function codeOf(error: unknown): string | null {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : null;
}

/** The causes of an error, itself first: libraries wrap what the socket said. */
function* chain(error: unknown): Generator<Error> {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    yield at;
    // Happy eyeballs: one error for all addresses that were tried.
    if (at instanceof AggregateError) yield* at.errors.filter((one): one is Error => one instanceof Error);
  }
}

/** What a failed call means. Null: not of the line, a defect of ours. */
export function knownLineError(error: unknown): LineError | null {
  for (const one of chain(error)) if (one instanceof LineError) return one;
  let general: { code: LineCode; technical: string } | null = null;
  for (const one of chain(error)) {
    const technical = codeOf(one);
    const code = technical === null ? undefined : codes[technical];
    if (technical === null || code === undefined) continue;
    // A cut may be the wrapper of something that says more.
    if (code !== 'cut') return new LineError(code, { details: { technical }, cause: error });
    general ??= { code, technical };
  }
  if (general === null) return null;
  return new LineError(general.code, { details: { technical: general.technical }, cause: error });
}

/** Anything that a call throws, as an error of the line: what is unknown is an answer that cannot be used. */
export function lineError(error: unknown): LineError {
  return knownLineError(error) ?? new LineError('bad-answer', { cause: error });
}
