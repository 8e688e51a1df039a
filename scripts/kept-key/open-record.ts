import { createECDH, createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { KEPT_KEY_FORM, keptKeyAad } from '#drivers/core/kept-key.ts';
import { spkiOf } from '#drivers/roots-of-trust/p256.ts';
import { keptKeyOf } from '#services/records/kept-key.ts';
import { recordFileSchema, type UnitRecord } from '#services/records/record-schema.ts';
import { openBase } from './hpke-open.ts';

/** Why a record does not open, in a sentence for the person at the terminal. */
export class NotOpened extends Error {
  constructor(what: string, cause?: unknown) {
    super(what, cause === undefined ? {} : { cause });
    this.name = 'NotOpened';
  }
}

/**
 * The private key of an exported record (`{"record", "jws"}`), as key object. Throws NotOpened where the record holds
 * none, `recipient` is another key than it was sealed for, the record was changed, or what is inside is not the key of
 * the record's device.
 */
export function openRecord(json: string, recipient: KeyObject): KeyObject {
  const record = recordOf(json);
  const kept = keptOf(record);
  if (kept === null) throw new NotOpened('The record holds no kept key.');
  const { key, deviceId } = kept;
  const found = sha256(createPublicKey(recipient).export({ type: 'spki', format: 'der' }));
  if (found !== key.recipient)
    throw new NotOpened(`It is sealed for the key ${key.recipient}, and this one is ${found}.`);
  const aad = keptKeyAad({ batch: record.batch.id, chipUid: record.chipUid, deviceId });
  const scalar = opened({ enc: bytesOf(key.enc), ct: bytesOf(key.ct), aad }, recipient);
  try {
    return deviceKey(scalar, record, deviceId);
  } finally {
    scalar.fill(0);
  }
}

function recordOf(json: string): UnitRecord {
  try {
    return recordFileSchema.parse(JSON.parse(json)).record;
  } catch (error) {
    throw new NotOpened('The file is no exported record.', error);
  }
}

function keptOf(record: UnitRecord): ReturnType<typeof keptKeyOf> {
  try {
    return keptKeyOf(record);
  } catch (error) {
    throw new NotOpened('The record holds a kept key of a form that is unknown here.', error);
  }
}

function opened(sealed: { enc: Buffer; ct: Buffer; aad: Uint8Array }, recipient: KeyObject): Buffer {
  try {
    return openBase({ ...sealed, info: Buffer.from(KEPT_KEY_FORM, 'ascii') }, recipient);
  } catch (error) {
    throw new NotOpened('It does not open: the record is not as it was when the key was sealed.', error);
  }
}

/** ECPrivateKey (RFC 5915, section 3) of P-256 around the scalar and the uncompressed point. */
const [BEFORE_SCALAR, BEFORE_POINT] = ['30770201010420', 'a00a06082a8648ce3d030107a144034200'];

/** The key object of the scalar. Its public part must be that of the record, and of the certificate where there is one. */
function deviceKey(scalar: Buffer, { deviceId, certificate }: UnitRecord, sealedFor: string): KeyObject {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(scalar);
  const point = curve.getPublicKey();
  const spki = Buffer.from(spkiOf(point.subarray(1)));
  const certified =
    certificate === null
      ? spki
      : new X509Certificate(bytesOf(certificate.der)).publicKey.export({ type: 'spki', format: 'der' });
  const isOurs = sha256(spki) === sealedFor && (deviceId === null || deviceId === sealedFor);
  if (!isOurs || !certified.equals(spki))
    throw new NotOpened('What is inside is not the key of this record’s device.');
  const sec1 = Buffer.concat([hex(BEFORE_SCALAR), scalar, hex(BEFORE_POINT), point]);
  try {
    return createPrivateKey({ key: sec1, format: 'der', type: 'sec1' });
  } finally {
    sec1.fill(0);
  }
}

const hex = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'hex');
const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
