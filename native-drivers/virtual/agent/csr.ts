import { sign, type KeyObject } from 'node:crypto';
import { bitString, contextZero, integer, oid, printableString, sequence, set, utf8String } from './der.ts';

const COMMON_NAME = '550403'; // 2.5.4.3
const SERIAL_NUMBER = '550405'; // 2.5.4.5
const ECDSA_WITH_SHA256 = '2a8648ce3d040302'; // 1.2.840.10045.4.3.2

/** What PrintableString may carry (X.680, 41.4), at most the 64 characters that X.520 allows a serial number. */
export const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]{1,64}$/;

/** PKCS#10 (RFC 2986): subject = serialNumber as the station gave it and CN = device id, no attributes. */
export function certificationRequest(
  serial: string,
  deviceId: string,
  spki: Uint8Array,
  key: KeyObject,
): Uint8Array {
  const name = (type: string, value: Uint8Array) => set(sequence(oid(type), value));
  const subject = sequence(
    name(SERIAL_NUMBER, printableString(serial)),
    name(COMMON_NAME, utf8String(deviceId)),
  );
  const info = sequence(integer(0), subject, spki, contextZero());
  const signature = sign('sha256', info, key);
  return new Uint8Array(sequence(info, sequence(oid(ECDSA_WITH_SHA256)), bitString(signature)));
}
