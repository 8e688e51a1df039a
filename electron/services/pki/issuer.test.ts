import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  sign,
  X509Certificate as NodeCertificate,
} from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { p256 } from '@noble/curves/nist.js';
import { Pkcs10CertificateRequest, X509Certificate } from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { children, der, derBits, derOid, pick, readDer, TAG } from './der.ts';
import { createIssuer, type IssueRequest, type Issuer } from './issuer.ts';
import { pointOf } from './device-key.ts';
import { newAuthority, newRequest, newSigner, type FixtureAuthority } from './pki-fixtures.ts';
import { hardwareTypeOf, OID } from './profile.ts';

const folder = mkdtempSync(join(tmpdir(), 'rootline-pki-'));
const file = (name: string) => join(folder, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });
const profile = {
  organization: 'Fixture & Söhne',
  commonNamePrefix: 'TH4',
  hardwareType: hardwareTypeOf('ra8m1'),
};
const chipUid = '2d419c07a1b2c3d4e5f60718293a4b5c';
const serial = '2D419C07A1B2C3D4';

let authority: FixtureAuthority;
let issuer: Issuer;

function request(change: Partial<IssueRequest> = {}): IssueRequest {
  const { csr, deviceId } = newRequest(serial);
  return { csr, deviceId, chipUid, serial, profile, ...change };
}
const code = (value: string): unknown =>
  expect.objectContaining({ view: expect.objectContaining({ code: value }) as unknown });

beforeAll(async () => {
  authority = await newAuthority();
  issuer = await createIssuer({ signer: authority.issuingSigner, certificate: authority.issuing });
  for (const name of ['root', 'issuing', 'station'] as const)
    writeFileSync(file(`${name}.pem`), new NodeCertificate(authority[name]).toString());
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a certificate of the issuer', () => {
  it('chains to the root under openssl verify, as a TLS client', async () => {
    const issued = await issuer.issue(request());
    writeFileSync(file('leaf.pem'), new NodeCertificate(Buffer.from(issued.der)).toString());
    const args = ['-x509_strict', '-purpose', 'sslclient', '-CAfile', file('root.pem')];
    const output = openssl('verify', ...args, '-untrusted', file('issuing.pem'), file('leaf.pem'));
    expect(output.trim()).toBe(`${file('leaf.pem')}: OK`);
  });

  it('shows the IDevID profile in openssl x509 -text and asn1parse', () => {
    const text = openssl('x509', '-in', file('leaf.pem'), '-noout', '-text');
    expect(text).toContain('Not After : Dec 31 23:59:59 9999 GMT');
    expect(text).toMatch(/Subject: O = .*CN = TH4-2D419C07A1B2C3D4, serialNumber = 2D419C07A1B2C3D4/);
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/);
    expect(text).toMatch(/X509v3 Extended Key Usage:\s+TLS Web Client Authentication\n/);
    expect(text).toContain('X509v3 Authority Key Identifier');
    expect(text).toContain('X509v3 Subject Key Identifier');
    const structure = openssl('asn1parse', '-in', file('leaf.pem'));
    expect(structure).toMatch(/GENERALIZEDTIME\s+:99991231235959Z/);
    const san = structure.split('\n').findIndex((line) => line.includes('Subject Alternative Name'));
    const offset = structure.split('\n')[san + 1]?.split(':')[0]?.trim() ?? '';
    const names = openssl('asn1parse', '-in', file('leaf.pem'), '-strparse', offset);
    expect(names).toContain(OID.hardwareModuleName);
    expect(names).toContain(profile.hardwareType);
    expect(names).toContain(chipUid.toUpperCase());
  });

  it('is read and verified by an independent library, and its signature by another curve implementation', async () => {
    const issued = await issuer.issue(request());
    const parsed = new X509Certificate(Buffer.from(issued.der));
    const ca = new X509Certificate(authority.issuing);
    expect(await parsed.verify({ publicKey: ca.publicKey, signatureOnly: true })).toBe(true);
    const parts = children(readDer(issued.der, TAG.sequence));
    const point = pointOf(authority.issuingSigner.publicKeySpki)!;
    const signature = pick(parts, 2, TAG.bitString).content.subarray(1);
    expect(p256.verify(signature, parts[0]!.raw, point, { format: 'der', lowS: false })).toBe(true);
    expect(issued.fingerprint).toBe(createHash('sha256').update(issued.der).digest('hex'));
  });

  it('has a positive serial of at most 16 octets that never repeats', async () => {
    const issued = await Promise.all(Array.from({ length: 50 }, () => issuer.issue(request())));
    for (const { der: bytes, serial: number } of issued) {
      const body = pick(children(readDer(bytes, TAG.sequence)), 0, TAG.sequence);
      const content = pick(children(body), 1, TAG.integer).content;
      expect(content[0]! & 0x80).toBe(0);
      expect(content.length).toBeLessThanOrEqual(16);
      expect(BigInt(`0x${number}`)).toBe(BigInt(`0x${content.toString('hex')}`));
    }
    expect(new Set(issued.map((one) => one.serial)).size).toBe(50);
  });
});

describe('the authority', () => {
  it('has path lengths 1 and 0, critical constraints and key identifiers', () => {
    for (const [name, length] of [
      ['root', 1],
      ['issuing', 0],
    ] as const) {
      const text = openssl('x509', '-in', file(`${name}.pem`), '-noout', '-text');
      expect(text).toMatch(new RegExp(`Basic Constraints: critical\\s+CA:TRUE, pathlen:${length}`));
      expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
      expect(text).toContain('X509v3 Subject Key Identifier');
      expect(text).toContain('X509v3 Authority Key Identifier');
    }
  });

  it('gives the station a certificate for signing documents only', () => {
    const chain = ['-x509_strict', '-CAfile', file('root.pem'), '-untrusted', file('issuing.pem')];
    expect(openssl('verify', ...chain, file('station.pem'))).toContain('OK');
    expect(new NodeCertificate(authority.station).keyUsage).toEqual([OID.documentSigning]);
    expect(() => openssl('verify', ...chain, '-purpose', 'sslclient', file('station.pem'))).toThrow();
  });
});

describe('a request is refused when', () => {
  it('another key signed it', async () => {
    const { csr, deviceId } = newRequest(serial, newSigner().privateKey);
    await expect(issuer.issue(request({ csr, deviceId }))).rejects.toEqual(code('csr-signature'));
  });
  it('any one byte of it is altered', async () => {
    const { csr, deviceId } = newRequest(serial);
    for (let at = 0; at < csr.length; at += 1) {
      const altered = Buffer.from(csr);
      altered[at] = altered[at]! ^ 0x01;
      await expect(issuer.issue(request({ csr: altered, deviceId })), `byte ${at}`).rejects.toThrow();
    }
  });
  it('its key is not P-256', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    const info = der(
      TAG.sequence,
      der(TAG.integer, Buffer.of(0)),
      der(TAG.sequence),
      spki,
      der(TAG.context0),
    );
    const algorithm = der(TAG.sequence, derOid(OID.ecdsaWithSha256));
    const csr = der(TAG.sequence, info, algorithm, derBits(sign('sha256', info, privateKey)));
    await expect(issuer.issue(request({ csr }))).rejects.toEqual(code('csr-key-type'));
  });
  it('its serial is that of another unit', async () => {
    const { csr, deviceId } = newRequest('SOMEONE-ELSE');
    await expect(issuer.issue(request({ csr, deviceId }))).rejects.toEqual(code('csr-serial'));
  });
  it('its key is not the enrolled one', async () => {
    await expect(issuer.issue(request({ deviceId: '0'.repeat(64) }))).rejects.toEqual(code('csr-device-id'));
  });
  it('it is noise, too long or has bytes behind it', async () => {
    const { csr } = newRequest(serial);
    for (const bad of [Buffer.alloc(0), Buffer.alloc(5000, 0x30), Buffer.concat([csr, Buffer.of(0)])])
      await expect(issuer.issue(request({ csr: bad }))).rejects.toEqual(code('csr-malformed'));
  });
  it('the profile cannot be encoded', async () => {
    const long = { ...profile, commonNamePrefix: 'x'.repeat(60) };
    await expect(issuer.issue(request({ profile: long }))).rejects.toEqual(code('certificate-profile'));
  });
  it('the name would be more than a device at a broker', async () => {
    for (const commonNamePrefix of ['rootline/admin', '#', 'a+b', '%u', 'a\nuser rootline/admin'])
      await expect(issuer.issue(request({ profile: { ...profile, commonNamePrefix } }))).rejects.toEqual(
        code('certificate-profile'),
      );
  });
});

it('names its CA as that is named by its own certificate, also where OpenSSL made it (SHA-1)', async () => {
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file('other-ca.key'));
  writeFileSync(
    file('other-ca.cnf'),
    '[req]\ndistinguished_name=dn\n[dn]\n[ca]\nbasicConstraints=critical,CA:TRUE\n' +
      'keyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n',
  );
  const made = ['-new', '-x509', '-key', file('other-ca.key'), '-subj', '/CN=Other CA', '-days', '30'];
  const settings = ['-config', file('other-ca.cnf'), '-extensions', 'ca', '-out', file('other-ca.pem')];
  openssl('req', ...made, ...settings);
  const certificate = new NodeCertificate(readFileSync(file('other-ca.pem')));
  const key = createPrivateKey(readFileSync(file('other-ca.key')));
  const other = await createIssuer({
    certificate: certificate.raw,
    signer: {
      publicKeySpki: certificate.publicKey.export({ type: 'spki', format: 'der' }),
      sign: (data) => Promise.resolve(sign('sha256', data, key)),
    },
  });
  const issued = await other.issue(request());
  writeFileSync(file('of-other.pem'), new NodeCertificate(Buffer.from(issued.der)).toString());
  const identifier = (name: string, extension: string) =>
    /((?:[0-9A-F]{2}:){19}[0-9A-F]{2})/.exec(
      openssl('x509', '-in', file(name), '-noout', '-ext', extension),
    )?.[1];
  const sha1 = createHash('sha1').update(
    pointOf(certificate.publicKey.export({ type: 'spki', format: 'der' })) ?? '',
  );
  expect(identifier('of-other.pem', 'authorityKeyIdentifier')?.replaceAll(':', '').toLowerCase()).toBe(
    sha1.digest('hex'),
  );
  const chain = ['-x509_strict', '-purpose', 'sslclient', '-CAfile', file('other-ca.pem')];
  expect(openssl('verify', ...chain, file('of-other.pem')).trim()).toBe(`${file('of-other.pem')}: OK`);
});

it('reads requests that OpenSSL and the library make', async () => {
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file('key.pem'));
  openssl(
    'req',
    '-new',
    '-key',
    file('key.pem'),
    '-subj',
    `/serialNumber=${serial}`,
    '-outform',
    'DER',
    '-out',
    file('a.csr'),
  );
  const csr = execFileSync('openssl', ['req', '-in', file('a.csr'), '-inform', 'DER', '-outform', 'DER']);
  const spki = Buffer.from(new Pkcs10CertificateRequest(csr).publicKey.rawData);
  const deviceId = createHash('sha256').update(spki).digest('hex');
  const issued = await issuer.issue(request({ csr, deviceId }));
  expect(
    new NodeCertificate(Buffer.from(issued.der)).publicKey.export({ type: 'spki', format: 'der' }),
  ).toEqual(spki);
});
