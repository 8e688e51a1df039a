import { expect, it } from 'vitest';
import { knownLineError } from './classify.ts';
import { retryAfterMs } from './answer.ts';
import { LineError } from './line-error.ts';

const coded = (code: string, cause?: unknown) =>
  Object.assign(new Error('a text that nobody reads', { cause }), { code });

it.each([
  ['ENOTFOUND', 'dns'],
  ['ECONNREFUSED', 'refused'],
  ['ENETUNREACH', 'no-route'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['ECONNRESET', 'cut'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'tls-expired-here'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls-untrusted'],
  ['disk-full', 'disk-full'],
])('%s is %s, with what to do next', (code, meaning) => {
  const error = knownLineError(coded(code));
  expect(error?.code).toBe(meaning);
  expect(error?.view.what).not.toBe('');
  expect(error?.view.next).not.toBe('');
});

it('the cause says more than its wrapper, and all addresses of a name are looked at', () => {
  expect(knownLineError(coded('UND_ERR_SOCKET', coded('ECONNRESET')))?.code).toBe('cut');
  const alert = coded('ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED');
  expect(knownLineError(coded('UND_ERR_SOCKET', alert))?.code).toBe('tls-revoked');
  const eyeballs = new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]);
  expect(knownLineError(eyeballs)?.code).toBe('refused');
  const own = new LineError('wrong-tenant');
  expect(knownLineError(coded('ECONNRESET', own))).toBe(own);
});

it('what is not of the line is a defect', () => {
  expect(knownLineError(new TypeError('x'))).toBeNull();
  expect(knownLineError('text')).toBeNull();
});

it('Retry-After in seconds and as a date', () => {
  const now = Date.parse('2026-11-25T00:00:00Z');
  expect(retryAfterMs('7', now)).toBe(7_000);
  expect(retryAfterMs('Wed, 25 Nov 2026 00:00:30 GMT', now)).toBe(30_000);
  expect(retryAfterMs('Tue, 24 Nov 2026 00:00:00 GMT', now)).toBe(0);
  expect(retryAfterMs('soon', now)).toBeNull();
  expect(retryAfterMs(undefined, now)).toBeNull();
});
