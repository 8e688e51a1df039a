import {
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomUUID,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { der as element, derBits, derOid, derUnsigned, TAG } from '#services/pki/der.ts';
import { OID } from '#services/pki/profile.ts';
import type { Signer } from '#services/pki/signer.ts';
import type { Vault } from '#services/vault/vault.ts';
import { der, sha256Of, type KeyPair, type Membership } from './membership.ts';

export type KeyVault = Pick<Vault, 'putKey' | 'withKey'>;

/** Purposes of the keys in the vault: one lent for the line opens no courier file. */
const PURPOSE = { line: 'line-tls', courier: 'courier-agreement' } as const;
export type KeyUse = keyof typeof PURPOSE;

/** Two new P-256 keys, in the vault before anything is asked for them. */
export async function makeKeys(vault: KeyVault): Promise<KeyPair> {
  const name = randomUUID();
  const pair = { line: `line/${name}`, courier: `courier/${name}` };
  for (const use of ['line', 'courier'] as const) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
    await vault.putKey(pair[use], PURPOSE[use], pkcs8, publicKey.export({ type: 'spki', format: 'der' }));
  }
  return pair;
}

export function publicKeyOfKey(vault: KeyVault, use: KeyUse, id: string): Promise<Buffer> {
  return vault.withKey(id, PURPOSE[use], (key) =>
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  );
}

/** Whether a certificate is for that key. */
export async function isForKey(
  vault: KeyVault,
  use: KeyUse,
  id: string,
  certificate: X509Certificate,
): Promise<boolean> {
  const mine = await publicKeyOfKey(vault, use, id);
  return mine.equals(certificate.publicKey.export({ type: 'spki', format: 'der' }));
}

function nameOf(commonName: string): Buffer {
  const value = element(TAG.utf8String, Buffer.from(commonName, 'utf8'));
  const attribute = element(TAG.sequence, derOid(OID.commonName), value);
  return element(TAG.sequence, element(TAG.set, attribute));
}

/** A certification request (RFC 2986, 4) with the station's name and no attributes: the cloud decides the rest. */
export async function certificationRequest(
  vault: KeyVault,
  use: KeyUse,
  id: string,
  commonName: string,
): Promise<Buffer> {
  const spki = await publicKeyOfKey(vault, use, id);
  const attributes = Buffer.of(TAG.context0, 0);
  const info = element(TAG.sequence, derUnsigned(Buffer.of(0)), nameOf(commonName), spki, attributes);
  const signature = await vault.withKey(id, PURPOSE[use], (key) => sign('sha256', info, key));
  const algorithm = element(TAG.sequence, derOid(OID.ecdsaWithSha256));
  return element(TAG.sequence, info, algorithm, derBits(signature));
}

/** Both requests as they travel. */
export async function certificationRequests(
  vault: KeyVault,
  keys: KeyPair,
  commonName: string,
): Promise<{ csr: string; courierCsr: string }> {
  // X.520: names end at 64 characters.
  const name = commonName.slice(0, 64);
  const csr = await certificationRequest(vault, 'line', keys.line, name);
  const courierCsr = await certificationRequest(vault, 'courier', keys.courier, name);
  return { csr: csr.toString('base64'), courierCsr: courierCsr.toString('base64') };
}

const pem = (base64: string): string =>
  `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;

/**
 * The station's side of mutual TLS. Node takes a key for TLS as PEM only, so the text of it exists for the length of
 * this call (docs/sync.md, known limits).
 */
export function lineContext(
  vault: KeyVault,
  { keys, credentials }: Pick<Membership, 'keys' | 'credentials'>,
): Promise<SecureContext> {
  const cert = [credentials.certificate, ...credentials.chain].map(pem).join('');
  return vault.withKey(keys.line, PURPOSE.line, (key) =>
    createSecureContext({
      cert,
      key: key.export({ type: 'pkcs8', format: 'pem' }),
      minVersion: 'TLSv1.3',
    }),
  );
}

/** Signs courier files with the line key, which never leaves the vault for it. */
export async function lineSigner(vault: KeyVault, { keys }: Pick<Membership, 'keys'>): Promise<Signer> {
  return {
    publicKeySpki: await publicKeyOfKey(vault, 'line', keys.line),
    sign: (data) => vault.withKey(keys.line, PURPOSE.line, (key) => sign('sha256', data, key)),
  };
}

/** Lends a courier key for one call. */
export function withCourierKey<T>(
  vault: KeyVault,
  id: string,
  use: (key: KeyObject) => T | Promise<T>,
): Promise<T> {
  return vault.withKey(id, PURPOSE.courier, use);
}

/** What opens courier files that were sealed for a key. */
export function courierKey(vault: KeyVault, id: string, certificate: Uint8Array) {
  return {
    certificate,
    agree: (spki: Uint8Array): Promise<Buffer> =>
      withCourierKey(vault, id, (privateKey) => {
        const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
        return diffieHellman({ privateKey, publicKey });
      }),
  };
}

/** SHA-256 of the line's public key, as the cloud's console shows it. */
export function keyFingerprint({ credentials }: Pick<Membership, 'credentials'>): string {
  const { publicKey } = new X509Certificate(der(credentials.certificate));
  return sha256Of(publicKey.export({ type: 'spki', format: 'der' }));
}
