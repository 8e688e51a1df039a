import { DriverError } from '#drivers/core/errors.ts';
import type { RaBootClient } from './client.ts';
import {
  AL_KEY,
  CERTIFICATE_MAC,
  COMMAND,
  OEM_KEY_ID,
  OEM_KEY_PERMANENT,
  OEM_KEY_REPLACEABLE,
} from './constants.ts';
import { KEY_MS, answerMs } from './timing.ts';
import { encodeFrame } from './writer.ts';

/** A wrapped key as an .rkey file holds it. */
export interface WrappedKey {
  /** 4-byte index, then 32 bytes of the wrapped UFPK. */
  wufpk: Uint8Array;
  iv: Uint8Array;
  encryptedKey: Uint8Array;
}

/**
 * OEM root public key (command 2E, RA8; as the public provisioning tool for RA8M1 sends it). `permanent` sets PLK = 00:
 * it can never be replaced.
 * Protection must be PL2.
 */
export async function oemRootKey(client: RaBootClient, key: WrappedKey, permanent: boolean): Promise<void> {
  const lock = permanent ? OEM_KEY_PERMANENT : OEM_KEY_REPLACEABLE;
  await announce(client, COMMAND.oemRootKey, Uint8Array.of(OEM_KEY_ID, lock));
  await deliver(client, COMMAND.oemRootKey, keyBlock(key));
}

/** Authentication key AL2 or AL1 (command 28 as RA8 takes it). */
export async function alKey(
  client: RaBootClient,
  level: keyof typeof AL_KEY,
  key: WrappedKey,
): Promise<void> {
  await announce(client, COMMAND.keySet, Uint8Array.of(AL_KEY[level]));
  await deliver(client, COMMAND.keySet, keyBlock(key));
}

/** Key and code certificate of the boot chain (command 26, RA8). The ROM verifies both before it answers. */
export async function certificates(
  client: RaBootClient,
  keyCertificate: Uint8Array,
  codeCertificate: Uint8Array,
): Promise<void> {
  const head = Buffer.alloc(5);
  head.writeUInt8(CERTIFICATE_MAC, 0);
  head.writeUInt16BE(keyCertificate.length, 1);
  head.writeUInt16BE(codeCertificate.length, 3);
  await announce(client, COMMAND.certificates, head);
  await deliver(client, COMMAND.certificates, Buffer.concat([keyCertificate, codeCertificate]));
}

/** SKR (four zero bytes), then the wrapped key. */
function keyBlock(key: WrappedKey): Uint8Array {
  return Buffer.concat([Buffer.alloc(4), wrappedKeyBytes(key)]);
}

/** W-UFPK without its index, IV, encrypted key. Throws `bad-argument` on parts of a wrong length. */
export function wrappedKeyBytes(key: WrappedKey): Uint8Array {
  if (key.wufpk.length !== 36 || key.iv.length !== 16) {
    throw new DriverError('bad-argument', 'The wrapped key has the wrong shape.', {
      chip: 'untouched',
      context: { wufpk: key.wufpk.length, iv: key.iv.length },
    });
  }
  return Buffer.concat([key.wufpk.subarray(4), key.iv, key.encryptedKey]);
}

function announce(client: RaBootClient, command: number, payload: Uint8Array) {
  return client.link.command(command, payload, answerMs(64, client.baudRate));
}

async function deliver(client: RaBootClient, command: number, payload: Uint8Array): Promise<void> {
  const timeoutMs = KEY_MS + answerMs(payload.length, client.baudRate);
  await client.link.exchange(encodeFrame('data', command, payload), command, timeoutMs);
}
