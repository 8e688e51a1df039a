import { createHmac, createSecretKey } from 'node:crypto';
import { vector, number } from './bytes.ts';
import { digest, type Suite } from './suites.ts';

/** Length of an AES-GCM nonce, bytes (RFC 8446, 5.3). */
const IV_BYTES = 12;
const NOTHING = Buffer.alloc(0);

const hmac = (suite: Suite, key: Uint8Array, ...parts: Uint8Array[]): Buffer => {
  // A bare key costs Node three times the time of the HMAC itself.
  const mac = createHmac(suite.hash, createSecretKey(key));
  for (const part of parts) mac.update(part);
  return mac.digest();
};

/** HKDF-Extract (RFC 5869, 2.2). */
export const extract = (suite: Suite, salt: Uint8Array, secret: Uint8Array): Buffer =>
  hmac(suite, salt, secret);

/** HKDF-Expand-Label (RFC 8446, 7.1); `length` in bytes. */
export function expandLabel(
  suite: Suite,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Buffer {
  const info = Buffer.concat([
    number(2, length),
    vector(1, Buffer.from(`tls13 ${label}`, 'ascii')),
    vector(1, context),
  ]);
  const blocks: Buffer[] = [];
  let block: Buffer = NOTHING;
  for (let made = 0; made < length; made += block.length) {
    block = hmac(suite, secret, block, info, Buffer.of(blocks.length + 1));
    blocks.push(block);
  }
  // One block, as nearly always, is not copied: a small copy would hold a whole pool of Buffer for as long as it lives.
  return blocks.length === 1 ? block.subarray(0, length) : Buffer.concat(blocks).subarray(0, length);
}

/** Derive-Secret (RFC 8446, 7.1) with the transcript's hash given. */
export const deriveSecret = (
  suite: Suite,
  secret: Uint8Array,
  label: string,
  transcript: Uint8Array,
): Buffer => expandLabel(suite, secret, label, transcript, suite.hashBytes);

const zeros = (suite: Suite): Buffer => Buffer.alloc(suite.hashBytes);
const salted = (suite: Suite, secret: Uint8Array): Buffer =>
  deriveSecret(suite, secret, 'derived', digest(suite));

/** Secrets of both directions. */
export interface TrafficSecrets {
  client: Buffer;
  server: Buffer;
}

/** From the agreed secret and the transcript up to ServerHello (RFC 8446, 7.1; no pre-shared key). */
export function handshakeSecrets(
  suite: Suite,
  shared: Uint8Array,
  transcript: Uint8Array,
): TrafficSecrets & { handshake: Buffer } {
  const early = extract(suite, zeros(suite), zeros(suite));
  const handshake = extract(suite, salted(suite, early), shared);
  return {
    handshake,
    client: deriveSecret(suite, handshake, 'c hs traffic', transcript),
    server: deriveSecret(suite, handshake, 's hs traffic', transcript),
  };
}

/** From the handshake secret and the transcript up to the server's Finished. */
export function applicationSecrets(
  suite: Suite,
  handshake: Uint8Array,
  transcript: Uint8Array,
): TrafficSecrets {
  const master = extract(suite, salted(suite, handshake), zeros(suite));
  return {
    client: deriveSecret(suite, master, 'c ap traffic', transcript),
    server: deriveSecret(suite, master, 's ap traffic', transcript),
  };
}

/** Key and nonce base of one direction (RFC 8446, 7.3). */
export const trafficKeys = (suite: Suite, secret: Uint8Array): { key: Buffer; iv: Buffer } => ({
  key: expandLabel(suite, secret, 'key', NOTHING, suite.keyBytes),
  iv: expandLabel(suite, secret, 'iv', NOTHING, IV_BYTES),
});

/** The secret after a KeyUpdate (RFC 8446, 7.2). */
export const nextSecret = (suite: Suite, secret: Uint8Array): Buffer =>
  expandLabel(suite, secret, 'traffic upd', NOTHING, suite.hashBytes);

/** `verify_data` of a Finished message (RFC 8446, 4.4.4). */
export function finishedMac(suite: Suite, secret: Uint8Array, transcript: Uint8Array): Buffer {
  const key = expandLabel(suite, secret, 'finished', NOTHING, suite.hashBytes);
  return hmac(suite, key, transcript);
}
