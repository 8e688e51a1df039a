import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NO_EXPIRY } from '#services/pki/profile.ts';
import { newAuthority, newRequest, newSigner } from '#services/pki/pki-fixtures.ts';
import { issueDevice, type EstAuthority } from './issue.ts';
import { readRequest } from './request.ts';

let folder: string;
let authority: EstAuthority;
const valid = { from: new Date(Date.now() - 60_000), until: new Date(Date.now() + 86_400_000) };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rootline-est-'));
  const { root, issuing, issuingSigner } = await newAuthority();
  authority = { certificate: issuing, chain: [issuing, root], signer: issuingSigner };
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A request that openssl makes, DER. */
function opensslRequest(subject: string, more: string[] = []): Buffer {
  const [key, out] = [join(folder, 'key.pem'), join(folder, 'csr.der')];
  const made = [
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    key,
  ];
  execFileSync('openssl', [...made, '-subj', subject, '-outform', 'DER', '-out', out, ...more], {
    stdio: 'ignore',
  });
  return readFileSync(out);
}

it('issues for a request of openssl, and openssl verifies the certificate up to the root', async () => {
  const csr = opensslRequest('/O=House/CN=unit-77/serialNumber=77', [
    '-addext',
    'subjectAltName=otherName:1.3.6.1.5.5.7.8.4;SEQUENCE:hw',
    '-config',
    configFile(),
  ]);
  const request = readRequest(csr);
  expect(request).toMatchObject({ commonName: 'unit-77', serial: '77' });
  const issued = await issueDevice(authority, request, valid);
  const [leaf, roots] = [join(folder, 'leaf.pem'), join(folder, 'roots.pem')];
  writeFileSync(leaf, new X509Certificate(issued.der).toString());
  writeFileSync(roots, authority.chain.map((each) => new X509Certificate(each).toString()).join(''));
  const args = ['verify', '-purpose', 'sslclient', '-x509_strict', '-CAfile', roots, leaf];
  expect(execFileSync('openssl', args, { encoding: 'utf8' })).toContain('OK');
  const text = execFileSync('openssl', ['x509', '-in', leaf, '-noout', '-text'], { encoding: 'utf8' });
  expect(text).toMatch(/Subject: O ?= ?House, CN ?= ?unit-77, serialNumber ?= ?77/);
  expect(text).toContain('TLS Web Client Authentication');
  expect(text).toContain('othername');
});

function configFile(): string {
  const path = join(folder, 'req.cnf');
  writeFileSync(
    path,
    '[req]\ndistinguished_name=dn\n[dn]\n[hw]\ntype=OID:1.3.6.1.4.1.32473.1\nserial=FORMAT:HEX,OCTETSTRING:0011\n',
  );
  return path;
}

it('writes the end that never comes as IEEE 802.1AR has it', async () => {
  const request = readRequest(opensslRequest('/CN=unit-1/serialNumber=1'));
  const { notAfter } = await issueDevice(authority, request, { ...valid, until: NO_EXPIRY });
  expect(notAfter.toISOString()).toBe('9999-12-31T23:59:59.000Z');
});

it('refuses a request that another key signed, one of another curve, and names that are not a device’s', () => {
  expect(() => readRequest(newRequest('5', newSigner().privateKey).csr)).toThrow(/common name/);
  const p384 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'];
  expect(() => readRequest(opensslRequest('/CN=a/serialNumber=1', p384))).toThrow(/P-256/);
  expect(() => readRequest(opensslRequest('/CN=a'))).toThrow(/serial number/);
  expect(() => readRequest(opensslRequest('/CN=a/CN=b/serialNumber=1'))).toThrow(/common name/);
  expect(() => readRequest(opensslRequest('/C=CH/CN=a/serialNumber=1'))).toThrow(/2\.5\.4\.6/);
  const host = ['-addext', 'subjectAltName=DNS:cloud.example'];
  expect(() => readRequest(opensslRequest('/CN=a/serialNumber=1', host))).toThrow(/alternative name/);
  const changed = opensslRequest('/CN=unit-1/serialNumber=1');
  changed.writeUInt8(changed.readUInt8(changed.length - 3) ^ 1, changed.length - 3);
  expect(() => readRequest(changed)).toThrow(/signed/);
  expect(() => readRequest(Buffer.from('30'))).toThrow(/cannot be read/);
});

it('refuses a name that would be more than a device at a broker', () => {
  for (const name of ['rootline\\/admin', 'a+b', '#', '%u'])
    expect(() => readRequest(opensslRequest(`/CN=${name}/serialNumber=77`, ['-multivalue-rdn']))).toThrow(
      expect.objectContaining({ status: 400 }) as Error,
    );
});
