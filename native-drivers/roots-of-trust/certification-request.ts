import { createHash } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import { signatureHolds } from './proof.ts';

const COMMON_NAME = '550403'; // 2.5.4.3
const SERIAL_NUMBER = '550405'; // 2.5.4.5
const ECDSA_WITH_SHA256 = '2a8648ce3d040302'; // 1.2.840.10045.4.3.2

/** What PrintableString may carry (X.680, 41.4), at most the 64 characters that X.520 allows a serial number. */
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]{1,64}$/;

interface Subject {
  /** As the station gives it. */
  serial: string;
  deviceId: string;
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Uint8Array;
}

/**
 * PKCS#10 (RFC 2986), DER, without attributes, for a chip that signs a digest: `sign` takes SHA-256 and gives an
 * ECDSA-Sig-Value. Rejects with `bad-argument` for a serial number that no certificate can carry, before the chip is
 * asked, and with `verify-mismatch` where the signature is not by that key.
 */
export async function certificationRequest(
  { serial, deviceId, publicKey }: Subject,
  sign: (digest: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (!PRINTABLE.test(serial))
    throw new DriverError('bad-argument', 'A serial number has 1 to 64 printable characters.', {
      chip: 'not-locked',
      context: { length: serial.length },
    });
  const subject = tlv(0x30, name(SERIAL_NUMBER, 0x13, serial), name(COMMON_NAME, 0x0c, deviceId));
  const info = tlv(0x30, tlv(0x02, Buffer.of(0)), subject, publicKey, tlv(0xa0));
  const signature = await sign(createHash('sha256').update(info).digest());
  if (!signatureHolds(info, signature, publicKey))
    throw new DriverError('verify-mismatch', 'The chip did not sign the request with the key it shows.', {
      chip: 'not-locked',
    });
  const bits = tlv(0x03, Buffer.of(0), signature);
  return Uint8Array.from(tlv(0x30, info, tlv(0x30, oid(ECDSA_WITH_SHA256)), bits));
}

const oid = (encoded: string): Buffer => tlv(0x06, Buffer.from(encoded, 'hex'));
const name = (type: string, tag: number, value: string): Buffer =>
  tlv(0x31, tlv(0x30, oid(type), tlv(tag, Buffer.from(value, 'utf8'))));

/** DER (X.690) of at most 65,535 bytes. */
function tlv(tag: number, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const { length } = body;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...head), body]);
}
