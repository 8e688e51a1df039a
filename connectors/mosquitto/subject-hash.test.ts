import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { subjectHash, subjectOf } from './subject-hash.ts';

/** A self-signed certificate by openssl with this subject. */
function made(subject: string, ...more: string[]): { der: Buffer; hash: string } {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', '/dev/null'];
  const args = ['req', '-x509', ...key, '-utf8', '-subj', subject, '-outform', 'DER', ...more];
  const der = execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const read = ['x509', '-inform', 'DER', '-noout', '-subject_hash'];
  return { der, hash: execFileSync('openssl', read, { input: der, encoding: 'utf8' }).trim() };
}

describe('the name under which OpenSSL looks for a CA', () => {
  it.each([
    ['one attribute', '/CN=Factory CA'],
    ['several', '/C=DE/O=Werk Eins GmbH/OU=Linie 4/CN=Issuing CA 2027'],
    ['letters beyond ASCII', '/O=Müller & Söhne ÄÖÜ/CN=工場 CA'],
    ['blanks in the wrong places', '/O=  Two   words  /CN= x '],
    ['two values in one part', '/O=Acme+OU=Line 1/CN=Root'],
    ['a mail address, which is no UTF-8 string', '/CN=Root/emailAddress=Root@Example.COM'],
    ['a serial number of a device', '/serialNumber=00A1B2/CN=IDevID'],
  ])('%s', (_, subject) => {
    const { der, hash } = made(subject, ...(subject.includes('+') ? ['-multivalue-rdn'] : []));
    expect(subjectHash(subjectOf(der)!)).toBe(hash);
  });

  it.each(['nombstr', 'default', 'pkix'])('any kind of string (%s)', (mask) => {
    const folder = mkdtempSync(join(tmpdir(), 'rootline-subject-'));
    const config = join(folder, 'openssl.cnf');
    writeFileSync(config, `[req]\ndistinguished_name=dn\nstring_mask=${mask}\n[dn]\n`);
    try {
      const { der, hash } = made('/O=Ünïted Parts/CN=Root', '-config', config);
      expect(subjectHash(subjectOf(der)!)).toBe(hash);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is nothing for bytes that are no certificate', () => {
    expect(subjectOf(new Uint8Array([0x30, 0x03, 0x02, 0x01, 0x01]))).toBeNull();
    expect(subjectOf(new Uint8Array())).toBeNull();
    const { der } = made('/CN=Root');
    expect(subjectOf(der.subarray(0, 40))).toBeNull();
  });
});
