import 'reflect-metadata';
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createIssuingCa, createRoot } from '#services/pki/ca.ts';
import type { Signer } from '#services/pki/signer.ts';
import { FleetError } from './fleet-error.ts';

/** Who issues a fleet's certificates. Goes to the threads as it is. */
export interface FleetAuthority {
  /** DER, the issuing CA first: what devices show behind their own certificate. */
  chain: Uint8Array[];
  key: KeyObject;
  /** SHA-256 of the issuing certificate, hex. */
  fingerprint: string;
  /** Where a CA of the fleet's own stands; null for one that was given. */
  madeIn: string | null;
}

const NAMES = {
  organization: 'Rootline fleet',
  root: 'Rootline fleet root CA',
  issuing: 'Rootline fleet issuing CA',
  station: '',
};
/** Files of a CA of the fleet's own. The root's key is thrown away once it has signed. */
export const FLEET_ROOT = 'fleet-root.pem';
const ISSUER_CERTIFICATE = 'fleet-issuer.pem';
const ISSUER_KEY = 'fleet-issuer.key';

export const signerOf = (key: KeyObject, publicKeySpki: Uint8Array): Signer => ({
  publicKeySpki,
  sign: (data) => Promise.resolve(sign('sha256', data, key)),
});

const toPem = (der: Uint8Array): string => new X509Certificate(der).toString();

function read(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new FleetError(
      'input',
      `${what} cannot be read: ${path}. Check the path and its permissions.`,
      cause,
    );
  }
}

/** Certificates of a PEM file, DER. Throws FleetError `input`. */
export function readCertificates(path: string, what: string): Uint8Array[] {
  const blocks = read(path, what).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    if (blocks.length > 0) return blocks.map((block) => new Uint8Array(new X509Certificate(block).raw));
  } catch (cause) {
    throw new FleetError('input', `${what} holds a certificate that does not parse: ${path}.`, cause);
  }
  throw new FleetError('input', `${what} holds no certificate in PEM: ${path}.`);
}

function readKey(path: string): KeyObject {
  try {
    return createPrivateKey(read(path, 'The issuer’s key'));
  } catch (cause) {
    if (cause instanceof FleetError) throw cause;
    throw new FleetError(
      'input',
      `The issuer’s key is no private key in PEM, or is encrypted: ${path}.`,
      cause,
    );
  }
}

/** The CA in these files. Throws FleetError `input` where they do not belong together or cannot issue. */
function load(files: { certificate: string; key: string }, madeIn: string | null): FleetAuthority {
  const chain = readCertificates(files.certificate, 'The issuer’s certificate');
  const key = readKey(files.key);
  const [first] = chain;
  const issuer = new X509Certificate(first ?? '');
  if (!issuer.ca)
    throw new FleetError('input', `The issuer’s certificate is not that of a CA: ${files.certificate}.`);
  if (!issuer.checkPrivateKey(key) || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new FleetError('input', 'The issuer’s key must be the P-256 key of the issuer’s certificate.');
  const fingerprint = createHash('sha256').update(issuer.raw).digest('hex');
  return { chain, key, fingerprint, madeIn };
}

async function make(folder: string): Promise<void> {
  const pair = () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { privateKey, spki: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })) };
  };
  const [root, issuing] = [pair(), pair()];
  const rootSigner = signerOf(root.privateKey, root.spki);
  const write = (name: string, text: string) =>
    writeFileSync(join(folder, name), text, { mode: 0o600, flush: true });
  write(ISSUER_KEY, issuing.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  write(FLEET_ROOT, toPem(await createRoot(rootSigner, NAMES)));
  // Last: with it the CA is complete.
  write(ISSUER_CERTIFICATE, toPem(await createIssuingCa(rootSigner, issuing.spki, NAMES)));
}

/** The CA given, or the fleet's own in `folder`, made there the first time. */
export async function openAuthority(
  folder: string,
  given: { certificate: string; key: string } | undefined,
): Promise<FleetAuthority> {
  if (given !== undefined) return load(given, null);
  const files = { certificate: join(folder, ISSUER_CERTIFICATE), key: join(folder, ISSUER_KEY) };
  if (!existsSync(files.certificate)) await make(folder);
  return load(files, folder);
}
