import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import { labelled, SIGN_CHALLENGE } from '#drivers/protocols/smp/enrolment.ts';

/** The bytes that the device key signs for a challenge: `rootline/challenge/1 || 00 || challenge`. */
export function challengeMessage(challenge: Uint8Array): Uint8Array {
  return labelled(SIGN_CHALLENGE, challenge);
}

/** ECDSA P-256 with SHA-256 over exactly `message`; DER signature, SubjectPublicKeyInfo key. False for anything malformed. */
export function signatureHolds(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    const curve = key.asymmetricKeyDetails?.namedCurve;
    return curve === 'prime256v1' && verify('sha256', message, key, signature);
  } catch {
    return false;
  }
}

/** True where the first certificate is for that key. */
export function leafIsFor(chain: readonly Uint8Array[], publicKey: Uint8Array): boolean {
  const [leaf] = chain;
  if (leaf === undefined) return false;
  try {
    const key = new X509Certificate(leaf).publicKey.export({ format: 'der', type: 'spki' });
    return key.equals(publicKey);
  } catch {
    return false;
  }
}

/** Certificates that stand one after the other, each a DER SEQUENCE with a two-byte length (X.690 8.1.3.5). */
export function splitDer(bytes: Uint8Array): Uint8Array[] {
  const view = Buffer.from(bytes);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < view.length;) {
    const isSequence = at + 4 <= view.length && view.readUInt16BE(at) === 0x3082;
    const end = isSequence ? at + 4 + view.readUInt16BE(at + 2) : Infinity;
    if (end > view.length)
      throw new DriverError('bad-frame', 'The chain on the part is no sequence of certificates.', {
        context: { at },
      });
    parts.push(bytes.slice(at, end));
    at = end;
  }
  return parts;
}
