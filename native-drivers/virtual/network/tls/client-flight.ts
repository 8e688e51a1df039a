import { number, vector } from './bytes.ts';
import { HandshakeType, SignatureScheme } from './constants.ts';

const message = (type: number, ...parts: Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.of(type), vector(3, ...parts)]);

/** Certificate (RFC 8446, 4.4.2): the chain in DER, own certificate first, no extensions. */
export function certificateMessage(chain: readonly Uint8Array[]): Buffer {
  const entries = chain.map((der) => Buffer.concat([vector(3, der), vector(2)]));
  return message(HandshakeType.certificate, vector(1), vector(3, ...entries));
}

/** CertificateVerify (RFC 8446, 4.4.3) with ecdsa_secp256r1_sha256; the signature in DER. */
export function certificateVerifyMessage(signature: Uint8Array): Buffer {
  const scheme = number(2, SignatureScheme.ecdsaSecp256r1Sha256);
  return message(HandshakeType.certificateVerify, scheme, vector(2, signature));
}

/** Finished (RFC 8446, 4.4.4). */
export const finishedMessage = (mac: Uint8Array): Buffer => message(HandshakeType.finished, mac);

/** KeyUpdate (RFC 8446, 4.6.3) that asks for none in return. */
export const keyUpdateMessage = (): Buffer => message(HandshakeType.keyUpdate, Buffer.of(0));
