import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRoot } from './ca.ts';
import { buildCrl, issuerOf, type CrlPlan } from './crl.ts';
import { readCrl } from './crl-read.ts';
import { createIssuer, type IssuedCertificate } from './issuer.ts';
import { newAuthority, newRequest, newSigner, type FixtureAuthority } from './pki-fixtures.ts';

let folder: string;
let authority: FixtureAuthority;
let device: IssuedCertificate;
let other: IssuedCertificate;

const pem = (der: Uint8Array, label: string): string =>
  `-----BEGIN ${label}-----\n${
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g)
      ?.join('\n') ?? ''
  }\n-----END ${label}-----\n`;
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

async function issue(serial: string): Promise<IssuedCertificate> {
  const issuer = await createIssuer({ signer: authority.issuingSigner, certificate: authority.issuing });
  const { csr, deviceId } = newRequest(serial);
  const profile = { organization: 'Fixture', commonNamePrefix: 'unit', hardwareType: '1.3.6.1.4.1.32473.1' };
  return issuer.issue({ csr, deviceId, serial, chipUid: '00112233', profile });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rootline-crl-'));
  authority = await newAuthority();
  [device, other] = await Promise.all([issue('a'.repeat(32)), issue('b'.repeat(32))]);
});
afterAll(() => rmSync(folder, { recursive: true }));

const plan = (parts: Partial<CrlPlan> = {}): CrlPlan => ({
  issuer: authority.issuing,
  number: 7,
  thisUpdate: new Date(Date.now() - 60_000),
  nextUpdate: new Date(Date.now() + 86_400_000),
  revoked: [{ serial: device.serial, at: new Date(Date.now() - 120_000), reason: 'keyCompromise' }],
  ...parts,
});

/** `openssl verify` with the list: its exit code and what it says. */
function verify(certificate: Uint8Array, crl: Uint8Array, more: string[] = []): string {
  const roots = file('roots.pem', pem(authority.root, 'CERTIFICATE') + pem(authority.issuing, 'CERTIFICATE'));
  const args = ['verify', '-crl_check', ...more, '-partial_chain', '-CAfile', roots];
  const { stdout, stderr } = spawnSync(
    'openssl',
    [
      ...args,
      '-CRLfile',
      file('list.pem', pem(crl, 'X509 CRL')),
      file('d.pem', pem(certificate, 'CERTIFICATE')),
    ],
    { encoding: 'utf8' },
  );
  return stdout + stderr;
}

it('makes a list that openssl reads and finds well signed, with number, key identifier and reason', async () => {
  const crl = await buildCrl(plan(), authority.issuingSigner);
  const list = file('crl.pem', pem(crl, 'X509 CRL'));
  const ca = file('ca.pem', pem(authority.issuing, 'CERTIFICATE'));
  const text = execFileSync('openssl', ['crl', '-in', list, '-CAfile', ca, '-text', '-noout'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect(text).toMatch(/X509v3 CRL Number:\s+7/);
  expect(text).toContain('Key Compromise');
  expect(text).toContain('X509v3 Authority Key Identifier');
  expect(text.replaceAll(':', '').toLowerCase()).toContain(device.serial.replace(/^0+/, ''));
});

it('has openssl refuse the certificate on the list and take the one that is not on it', async () => {
  const crl = await buildCrl(plan(), authority.issuingSigner);
  expect(verify(device.der, crl)).toContain('certificate revoked');
  expect(verify(other.der, crl)).toContain('OK');
});

it('makes an empty list without a sequence of entries, which openssl takes', async () => {
  const crl = await buildCrl(plan({ revoked: [] }), authority.issuingSigner);
  expect(verify(device.der, crl)).toContain('OK');
});

it('lists certificates of another issuer in an indirect list, under the critical extensions of RFC 5280', async () => {
  const signer = newSigner();
  const names = { organization: 'Tenant', root: 'Tenant CA', issuing: '-', station: '-' };
  const tenant = await createRoot(signer, names);
  const revoked = [
    { serial: device.serial, at: new Date(), reason: 'superseded', issuer: issuerOf(device.der) },
  ];
  const crl = await buildCrl(plan({ issuer: tenant, revoked, indirect: true }), signer);
  const list = file('indirect.pem', pem(crl, 'X509 CRL'));
  const text = execFileSync('openssl', ['crl', '-in', list, '-text', '-noout'], { encoding: 'utf8' });
  expect(text).toMatch(/Issuing Distribution Point: critical\s+Indirect CRL/);
  expect(text).toMatch(/Certificate Issuer: critical\s+DirName:.*Fixture Issuing CA/);
});

it('reads back what it wrote, and nothing that another key signed or a byte changed', async () => {
  const crl = await buildCrl(plan(), authority.issuingSigner);
  const issuing = new X509Certificate(authority.issuing);
  const facts = readCrl(crl, issuing);
  expect(facts.number).toBe(7);
  expect([...facts.serials]).toEqual([device.serial.replace(/^0+/, '')]);
  expect(facts.nextUpdate.getTime()).toBeGreaterThan(Date.now());
  expect(() => readCrl(crl, new X509Certificate(authority.root))).toThrow(/not one of its issuer/);
  const changed = Buffer.from(crl);
  changed.writeUInt8(changed.readUInt8(60) ^ 1, 60);
  expect(() => readCrl(changed, issuing)).toThrow(/not one of its issuer/);
});

it('refuses to sign with a key that is not that of the certificate', async () => {
  await expect(buildCrl(plan(), newSigner())).rejects.toMatchObject({ view: { code: 'certificate-check' } });
});
