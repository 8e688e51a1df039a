import { ConnectorError, type ConnectorErrorCode } from '../errors.ts';

/** MQTT 5 reason codes (section 2.4) and MQTT 3.1.1 return codes by which a broker refuses who signs in. */
const NOT_WELCOME = new Set([0x04, 0x05, 0x86, 0x87, 0x8c]);

/** Verification results of the broker's own certificate, as node names them. */
const NOT_TRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** TLS alerts that answer this side's certificate (RFC 8446 section 6.2): 42..46, 48, 49 and 116. */
const CERTIFICATE_ALERT =
  /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(REVOKED|EXPIRED|UNKNOWN|REQUIRED)|UNKNOWN_CA|ACCESS_DENIED)/;

const SENTENCES: Partial<Record<ConnectorErrorCode, string>> = {
  credentials:
    'refuses the administrator. Nothing was changed there. Check user name and password, or the certificate.',
  untrusted:
    'shows a certificate that is not from the CA in its settings. Nothing was sent. Check address and CA.',
  unreachable:
    'cannot be reached. What waits is kept and tried again. Check address, network and the broker.',
};

/** An error of connecting, by its code; the cause stays, credentials are in neither. */
export function asConnectionError(cause: unknown, host: string): ConnectorError {
  if (cause instanceof ConnectorError) return cause;
  const code = connectionErrorCode(cause);
  return new ConnectorError(code, `The broker at ${host} ${SENTENCES[code] ?? 'does not work.'}`, {
    context: { host },
    cause,
  });
}

function connectionErrorCode(cause: unknown): ConnectorErrorCode {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (typeof code === 'number') return NOT_WELCOME.has(code) ? 'credentials' : 'unreachable';
  if (typeof code !== 'string') return 'unreachable';
  if (NOT_TRUSTED.has(code)) return 'untrusted';
  return CERTIFICATE_ALERT.test(code) ? 'credentials' : 'unreachable';
}
