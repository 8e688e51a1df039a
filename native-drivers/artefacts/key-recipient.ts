import { createHash, createPublicKey } from 'node:crypto';
import { artefactError } from './errors.ts';

/** Whom a private key is kept for. */
export interface KeyRecipient {
  /** SubjectPublicKeyInfo, DER, 91 bytes. */
  spki: Uint8Array;
  /** SHA-256 of `spki`, lower-case hex: what people compare. */
  fingerprint: string;
}

const KIND = 'key-recipient';
/** SubjectPublicKeyInfo of P-256 with an uncompressed point (RFC 5480, 2.1.1 and 2.2). */
const SPKI_BYTES = 91;
/** RFC 7468, sections 3 and 13. */
const BEGIN = /-----BEGIN ([A-Z0-9 ]*)-----/g;
const WHOLE = /^\s*-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END PUBLIC KEY-----\s*$/;

/**
 * Reads a public key of P-256: one PEM block (`PUBLIC KEY`) and nothing else. Throws DriverError `bad-argument` naming
 * field and line; a private key is refused in words of its own, as it must not lie where a job lies.
 */
export function parseKeyRecipient(bytes: Uint8Array): KeyRecipient {
  const text = Buffer.from(bytes).toString('latin1');
  const der = derOf(text);
  const key = publicKeyOf(der);
  const curve = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? 'unknown';
  if (curve !== 'prime256v1') throw refused('curve', `is ${curve}: P-256 (prime256v1) is wanted`);
  const spki = Uint8Array.from(key.export({ type: 'spki', format: 'der' }));
  if (der.length !== SPKI_BYTES || !der.equals(spki))
    throw refused('encoding', `is not the ${SPKI_BYTES} bytes of an uncompressed point and nothing else`);
  return { spki, fingerprint: createHash('sha256').update(spki).digest('hex') };
}

/** The one block's content. */
function derOf(text: string): Buffer {
  const blocks = [...text.matchAll(BEGIN)];
  const secret = blocks.find(([, label = '']) => label.includes('PRIVATE KEY'));
  if (secret !== undefined)
    throw refused(
      'private key',
      'stands there. A job never carries one: take the file out of the folder and put the public key in its place (openssl pkey -pubout)',
      lineOf(text, secret.index),
    );
  const [first, second] = blocks;
  if (first === undefined) throw refused('block', 'there is none: a public key in PEM is wanted');
  if (second !== undefined)
    throw refused('block', 'is not the only one: one key is wanted', lineOf(text, second.index));
  const [, label = ''] = first;
  if (label !== 'PUBLIC KEY')
    throw refused('block', `is a ${label}: a PUBLIC KEY is wanted`, lineOf(text, first.index));
  const body = WHOLE.exec(text)?.[1];
  if (body === undefined) throw refused('block', 'is not whole, or something stands beside it');
  return Buffer.from(body, 'base64');
}

function publicKeyOf(der: Buffer) {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch (error) {
    throw refused('key', 'is no public key, or its point is not on its curve', {}, error);
  }
}

const lineOf = (text: string, index: number) => ({ line: text.slice(0, index).split('\n').length });

const refused = (field: string, problem: string, context: { line?: number } = {}, cause?: unknown) =>
  artefactError(KIND, field, problem, context, cause);
