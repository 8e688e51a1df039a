/** P-256 in the shapes that chips give and standards want. Nothing is computed here. */
const COORDINATE = 32;
/** SubjectPublicKeyInfo up to the point (RFC 5480, 2.1.1 and 2.2): id-ecPublicKey, prime256v1, uncompressed. */
const SPKI_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');

/** X and Y, big-endian, 64 bytes, to SubjectPublicKeyInfo, DER. */
export const spkiOf = (point: Uint8Array): Uint8Array => Uint8Array.from(Buffer.concat([SPKI_HEAD, point]));

/** R and S, big-endian, of at most 32 bytes each, to ECDSA-Sig-Value, DER (RFC 3279, 2.2.3). */
export function derSignature(r: Uint8Array, s: Uint8Array): Uint8Array {
  const body = Buffer.concat([derInteger(r), derInteger(s)]);
  return Uint8Array.of(0x30, body.length, ...body);
}

/** R||S, 64 bytes. */
export const derSignatureOf = (raw: Uint8Array): Uint8Array =>
  derSignature(raw.subarray(0, COORDINATE), raw.subarray(COORDINATE));

function derInteger(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  const sign = (digits[0] ?? 0) & 0x80 ? Buffer.of(0) : Buffer.alloc(0);
  return Buffer.concat([Buffer.of(0x02, digits.length + sign.length), sign, digits]);
}
