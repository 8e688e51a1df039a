import { createHash, randomBytes } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import type { AteccClient } from '#drivers/protocols/atecc/client.ts';
import { NONCE, OP, ZONE } from '#drivers/protocols/atecc/constants.ts';
import { slotAddress } from '#drivers/protocols/atecc/packet.ts';
import { refuseIfAborted } from '../outcome.ts';
import { readConfigZone, type ConfigZone } from './config-zone.ts';
import { requireDataLocked } from './lifecycle.ts';
import { checkPolicy, SLOT } from './policy.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 20;
const ZEROS = new Uint8Array(25);

/** The key that opens the sealed slot, in clear and once: between the two zone locks. Never read again; wiped here. */
export async function setWriteKey(
  client: AteccClient,
  key: Uint8Array,
  { signal }: OperationContext,
): Promise<OperationResult<'set-user-key'>> {
  try {
    checkBytes(key, KEY_BYTES);
    const zone = await readConfigZone(client);
    if (!zone.configLocked || zone.dataLocked)
      throw new DriverError('wrong-state', 'The write key goes in between CONFIG and DATA lock only.', {
        chip: 'untouched',
      });
    checkPolicy(zone);
    refuseIfAborted(signal);
    const p2 = slotAddress(SLOT.writeKey, 0);
    await client.run({ op: OP.write, p1: ZONE.data | ZONE.block, p2, data: key }, 1);
    // No read shows it: the chip's answer is all there is.
    return { output: { slot: 'WRITE-KEY', verified: false }, measurements: [] };
  } finally {
    key.fill(0);
  }
}

/** A secret of 32 bytes, encrypted on its way with the write key that the part has. Both copies here are wiped. */
export async function sealSecret(
  client: AteccClient,
  { writeKey, secret }: { writeKey: Uint8Array; secret: Uint8Array },
  { signal }: OperationContext,
): Promise<OperationResult<'set-user-key'>> {
  try {
    checkBytes(writeKey, KEY_BYTES);
    checkBytes(secret, KEY_BYTES);
    const zone = await readConfigZone(client);
    requireDataLocked(zone);
    checkPolicy(zone);
    refuseIfAborted(signal);
    const pad = await mixedKey(client, zone, writeKey);
    await writeEncrypted(client, zone, pad, secret);
    // The MAC over the plain bytes was accepted: the chip has them as they were meant.
    return { output: { slot: 'SECRET', verified: true }, measurements: [] };
  } finally {
    writeKey.fill(0);
    secret.fill(0);
  }
}

/** TempKey of chip and host alike: the chip's random number and ours, then the write key (CryptoAuthLib, atcah_gen_dig). */
async function mixedKey(client: AteccClient, zone: ConfigZone, writeKey: Uint8Array): Promise<Buffer> {
  const ours = randomBytes(NONCE_BYTES);
  const theirs = await client.run({ op: OP.nonce, p1: NONCE.random, data: ours }, KEY_BYTES);
  const nonce = sha256(theirs, ours, Buffer.of(OP.nonce, NONCE.random, 0));
  const head = Buffer.of(OP.genDig, ZONE.data, SLOT.writeKey, 0);
  // The same result where the slot has NoMac set: then the head comes from this data.
  await client.run({ op: OP.genDig, p1: ZONE.data, p2: SLOT.writeKey, data: head }, 1);
  return sha256(writeKey, head, serialOf(zone), ZEROS, nonce);
}

async function writeEncrypted(
  client: AteccClient,
  zone: ConfigZone,
  pad: Buffer,
  secret: Uint8Array,
): Promise<void> {
  const p1 = ZONE.data | ZONE.block | ZONE.encrypted;
  const p2 = slotAddress(SLOT.sealed, 0);
  const hidden = secret.map((byte, at) => byte ^ (pad[at] ?? 0));
  const mac = sha256(pad, Buffer.of(OP.write, p1, p2 & 0xff, p2 >> 8), serialOf(zone), ZEROS, secret);
  pad.fill(0);
  await client.run({ op: OP.write, p1, p2, data: Buffer.concat([hidden, mac]) }, 1, false);
}

/** SN[8], SN[0], SN[1]: what the chip puts into every MAC. */
const serialOf = ({ serial }: ConfigZone): Buffer =>
  Buffer.from(serial.slice(16) + serial.slice(0, 4), 'hex');

const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

function checkBytes(bytes: Uint8Array, expected: number): void {
  if (bytes.length === expected) return;
  throw new DriverError('bad-argument', 'Write key and secret have 32 bytes each.', {
    chip: 'untouched',
    context: { bytes: bytes.length, expected },
  });
}
