import { newKey, publicOf, sha256, signDigest, verifyDigest } from './crypto.ts';
import { OK, PARSE_ERROR, REFUSED, type Asked } from './memory-commands.ts';
import type { AteccPart } from './part.ts';

const P256 = 4 << 2;
const KEY_BYTES = 32;
/** Before the configuration is locked the chip gives no random numbers, but this. */
const NOT_RANDOM = Buffer.from('ffff0000'.repeat(8), 'hex');
/** Data sheet, "Status/Error Codes": the chip compared and found a difference. */
const MISCOMPARE = Buffer.of(1);
const SIGNATURE_BYTES = 64;
const MOST_COUNTS = 2_097_151;

export function info(part: AteccPart, { p1, p2 }: Asked): Buffer {
  if (p1 === 0) return Buffer.from(part.config.subarray(4, 8));
  if (p1 !== 1 || p2 > 15) return PARSE_ERROR;
  return Buffer.of(part.made.has(p2) ? 1 : 0, 0, 0, 0);
}

export const random = (part: AteccPart): Buffer =>
  part.configLocked ? Buffer.from(part.noise(32)) : NOT_RANDOM;

export function nonce(part: AteccPart, { p1, p2, data }: Asked): Buffer {
  if ((p1 & 3) === 3) return passThrough(part, p1, data);
  if (p1 > 1 || data.length !== 20) return PARSE_ERROR;
  const number = random(part);
  const value = sha256(number, data, Buffer.of(0x16, p1, p2 & 0xff));
  part.tempKey = { value, slot: null, random: true };
  return number;
}

function passThrough(part: AteccPart, p1: number, data: Buffer): Buffer {
  if (data.length !== 32 || (p1 & 0x20) !== 0) return PARSE_ERROR;
  if ((p1 & 0xc0) === 0x40) part.digest = Uint8Array.from(data);
  else part.tempKey = { value: Uint8Array.from(data), slot: null, random: false };
  return OK;
}

/** CryptoAuthLib, atcah_gen_dig: content of the slot, head, serial number, zeros, TempKey. */
export function genDig(part: AteccPart, { p1, p2, data }: Asked): Buffer {
  const key = part.slots[p2];
  if (p1 !== 2 || key === undefined) return PARSE_ERROR;
  if (part.tempKey === null || !part.dataLocked) return REFUSED;
  const noMac = (part.slotConfig(p2) & 0x10) !== 0;
  const head = noMac ? data.subarray(0, 4) : Buffer.of(0x15, p1, p2 & 0xff, p2 >> 8);
  const serial = Buffer.of(part.uid[8] ?? 0, part.uid[0] ?? 0, part.uid[1] ?? 0);
  const { value, random: isRandom } = part.tempKey;
  const mixed = sha256(key.subarray(0, KEY_BYTES), head, serial, new Uint8Array(25), value);
  part.tempKey = { value: mixed, slot: p2, random: isRandom };
  return OK;
}

export function genKey(part: AteccPart, { p1, p2 }: Asked): Buffer {
  const slot = part.slots[p2];
  if (slot === undefined || (p1 !== 0 && p1 !== 4)) return PARSE_ERROR;
  if (!part.configLocked || !isKeySlot(part, p2)) return REFUSED;
  if (p1 === 4) {
    if (part.slotLocked(p2) || (part.slotConfig(p2) & 0x2000) === 0) return REFUSED;
    slot.fill(0).set(newKey(part.noise), slot.length - KEY_BYTES);
    part.made.add(p2);
  }
  if (!part.made.has(p2)) return REFUSED;
  // PubInfo: the public key may be shown at any time; right after it was made it always is.
  return p1 === 4 || (part.keyConfig(p2) & 2) !== 0 ? Buffer.from(publicOf(keyOf(slot))) : REFUSED;
}

export function sign(part: AteccPart, { p1, p2 }: Asked): Buffer {
  const slot = part.slots[p2];
  if (slot === undefined || (p1 & 0x80) === 0) return PARSE_ERROR;
  const digest = digestOf(part, p1);
  const external = (part.slotConfig(p2) & 1) !== 0;
  if (!part.dataLocked || !isKeySlot(part, p2) || !part.made.has(p2) || !external) return REFUSED;
  if (digest === undefined) return REFUSED;
  const signature = Buffer.from(signDigest(keyOf(slot), digest, part.noise));
  part.tempKey = null;
  part.digest = null;
  return signature;
}

/** With a public key from outside, the only mode there is here (CryptoAuthLib, calib_verify.c: VERIFY_MODE_EXTERNAL). */
export function verify(part: AteccPart, { p1, p2, data }: Asked): Buffer {
  if ((p1 & 0xdf) !== 2 || p2 !== 4 || data.length !== 2 * SIGNATURE_BYTES) return PARSE_ERROR;
  const digest = digestOf(part, p1);
  if (!part.configLocked || digest === undefined) return REFUSED;
  const fits = verifyDigest(data.subarray(0, SIGNATURE_BYTES), digest, data.subarray(SIGNATURE_BYTES));
  part.tempKey = null;
  part.digest = null;
  return fits ? OK : MISCOMPARE;
}

export function counter(part: AteccPart, { p1, p2 }: Asked): Buffer {
  const value = part.counters[p2];
  if (value === undefined || p1 > 1) return PARSE_ERROR;
  if (!part.configLocked || (p1 === 1 && value >= MOST_COUNTS)) return REFUSED;
  const next = value + p1;
  part.counters[p2 === 0 ? 0 : 1] = next;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(next);
  return bytes;
}

/** Bit 5: from the message digest buffer, not TempKey. */
const digestOf = (part: AteccPart, p1: number): Uint8Array | undefined =>
  ((p1 & 0x20) === 0 ? part.tempKey?.value : part.digest) ?? undefined;

const keyOf = (slot: Uint8Array): Uint8Array => slot.subarray(slot.length - KEY_BYTES);

const isKeySlot = (part: AteccPart, slot: number): boolean => {
  const config = part.keyConfig(slot);
  return (config & 1) !== 0 && (config & 0x1c) === P256;
};
