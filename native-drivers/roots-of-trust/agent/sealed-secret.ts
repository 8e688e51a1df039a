import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { createPublicKey, type webcrypto } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext } from '#drivers/core/operations.ts';
import { encodeMap } from '#drivers/protocols/smp/cbor.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import {
  EnrolmentCommand,
  infoResponse,
  keysResponse,
  labelled,
  SEAL_INFO,
  SIGN_ENROLMENT_KEY,
} from '#drivers/protocols/smp/enrolment.ts';
import type { AgentLink } from './agent-link.ts';
import { writeObject } from './chunks.ts';
import { deviceIdOf } from '../device-id.ts';
import { signatureHolds } from '../proof.ts';

/** RFC 9180 base mode: KEM 0010 (P-256), KDF 0001 (HKDF-SHA256), AEAD 0002 (AES-256-GCM). */
const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

/** SubjectPublicKeyInfo to the uncompressed point that HPKE serialises, 65 bytes. */
function pointOf(spki: Uint8Array): ArrayBuffer {
  const jwk = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({
    format: 'jwk',
  });
  const part = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
  return Uint8Array.from(Buffer.concat([Buffer.of(4), part(jwk.x), part(jwk.y)])).buffer;
}

/** Name and chip are bound into the encryption: a sealed secret opens under no other name and on no other part. */
export async function seal(
  enrolmentKey: Uint8Array,
  chipUid: Uint8Array,
  name: string,
  secret: Uint8Array,
): Promise<{ enc: Uint8Array; ct: Uint8Array }> {
  // The library names the browser's CryptoKey type, which a Node project does not load.
  const recipientPublicKey = (await suite.kem.deserializePublicKey(
    pointOf(enrolmentKey),
  )) as webcrypto.CryptoKey;
  const info = Uint8Array.from(labelled(SEAL_INFO, chipUid)).buffer;
  const sender = await suite.createSenderContext({ recipientPublicKey, info });
  const aad = Uint8Array.from(Buffer.from(name, 'utf8')).buffer;
  const ct = await sender.seal(Uint8Array.from(secret).buffer, aad);
  return { enc: new Uint8Array(sender.enc), ct: new Uint8Array(ct) };
}

export async function sealAndInject(
  link: AgentLink,
  name: string,
  secret: Uint8Array,
  context: OperationContext,
): Promise<void> {
  const { signal } = context;
  const info = await link.ask(SmpOp.read, EnrolmentCommand.info, {}, infoResponse, signal, { attempts: 3 });
  const keys = await link.ask(SmpOp.read, EnrolmentCommand.keys, {}, keysResponse, signal, { attempts: 3 });
  const isVouched = signatureHolds(labelled(SIGN_ENROLMENT_KEY, keys.enrolment), keys.sig, keys.device);
  const isDevice = info.id !== null && deviceIdOf(keys.device) === Buffer.from(info.id).toString('hex');
  if (!isVouched || !isDevice)
    throw new DriverError('verify-mismatch', 'The enrolment key is not vouched for by the device key.', {
      chip: 'not-locked',
    });
  const sealed = await seal(keys.enrolment, info.uid, name, secret);
  await writeObject(link, EnrolmentCommand.secret, encodeMap({ name, ...sealed }), context);
}
