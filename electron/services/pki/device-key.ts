import { createHash } from 'node:crypto';
import { children, derOid, pick, readDer, TAG, der } from './der.ts';
import { OID } from './profile.ts';

const algorithm = der(TAG.sequence, derOid(OID.ecPublicKey), derOid(OID.prime256v1));

/** The uncompressed point (65 bytes, 0x04 first) of a P-256 SPKI, or null for any other kind of key. */
export function pointOf(spki: Uint8Array): Buffer | null {
  const parts = children(readDer(spki, TAG.sequence));
  if (parts.length !== 2 || !pick(parts, 0, TAG.sequence).raw.equals(algorithm)) return null;
  const bits = pick(parts, 1, TAG.bitString).content;
  return bits.length === 66 && bits[0] === 0 && bits[1] === 4 ? bits.subarray(1) : null;
}

/** Device id: SHA-256 of the device key's SPKI in DER, 64 hex digits (docs/protocols/enrolment-agent.md). */
export function deviceIdOf(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('hex');
}

/** Key identifier: the leftmost 160 bits of the SHA-256 of the point (RFC 7093, 2, method 1). */
export function keyIdentifierOf(point: Uint8Array): Buffer {
  return createHash('sha256').update(point).digest().subarray(0, 20);
}
