import { timingSafeEqual } from 'node:crypto';
import { sha256 } from './crypto.ts';
import type { AteccPart } from './part.ts';
import { checksum } from './wire.ts';

export const OK = Buffer.of(0);
export const PARSE_ERROR = Buffer.of(0x03);
export const REFUSED = Buffer.of(0x0f);

export interface Asked {
  p1: number;
  p2: number;
  data: Buffer;
}

const PRIVATE = 1;
const LOCKABLE = 1 << 5;
const NEVER = 0x8000;
const ENCRYPTED = 0x4000;
const WRITE_BITS = 0xf000;

export function read(part: AteccPart, { p1, p2 }: Asked): Buffer {
  const bytes = (p1 & 0x80) === 0 ? 4 : 32;
  const place = placeOf(part, p1 & 3, p2, bytes);
  if (place === null) return PARSE_ERROR;
  if ((p1 & 3) === 0) return piece(place, bytes);
  if (!part.dataLocked) return REFUSED;
  if ((p1 & 3) === 1) return piece(place, bytes);
  const config = part.slotConfig(place.slot);
  if ((part.keyConfig(place.slot) & PRIVATE) !== 0) return REFUSED;
  if ((config & 0x80) === 0) return piece(place, bytes);
  // Secret: in clear never, encrypted where the slot says so and TempKey was mixed with its read key.
  if ((config & 0x40) === 0 || bytes !== 32 || part.tempKey?.slot !== (config & 0x0f)) return REFUSED;
  const pad = part.tempKey.value;
  return Buffer.from(piece(place, 32).map((byte, at) => byte ^ (pad[at] ?? 0)));
}

export function write(part: AteccPart, asked: Asked): Buffer {
  const bytes = (asked.p1 & 0x80) === 0 ? 4 : 32;
  const place = placeOf(part, asked.p1 & 3, asked.p2, bytes);
  if (place === null || asked.data.length < bytes) return PARSE_ERROR;
  const zone = asked.p1 & 3;
  if (zone === 0) return writeConfig(part, place.offset, asked.data.subarray(0, bytes));
  const mayWrite = zone === 1 ? !part.dataLocked : mayWriteSlot(part, place.slot, bytes);
  if (!part.configLocked || !mayWrite) return REFUSED;
  const encrypted = part.dataLocked && (part.slotConfig(place.slot) & ENCRYPTED) !== 0;
  const plain = encrypted ? opened(part, place.slot, asked) : asked.data.subarray(0, bytes);
  if (plain === null) return REFUSED;
  // What is beyond the end of a slot is taken and dropped.
  place.area.set(plain.subarray(0, place.area.length - place.offset), place.offset);
  return OK;
}

export function lock(part: AteccPart, { p1, p2 }: Asked): Buffer {
  const summary = (p1 & 0x80) === 0;
  if ((p1 & 3) === 2) return lockSlot(part, (p1 >> 2) & 0x0f);
  if ((p1 & 3) === 0) {
    if (part.configLocked || (summary && crcOf(part.config) !== p2)) return REFUSED;
    part.config[87] = 0;
    return OK;
  }
  if (!part.configLocked || part.dataLocked || (summary && crcOf(dataOf(part)) !== p2)) return REFUSED;
  part.config[86] = 0;
  return OK;
}

interface Place {
  area: Uint8Array;
  offset: number;
  slot: number;
}

function placeOf(part: AteccPart, zone: number, p2: number, bytes: number): Place | null {
  const slot = zone === 2 ? (p2 >> 3) & 0x0f : 0;
  const block = zone === 2 ? p2 >> 8 : (p2 >> 3) & 0x03;
  const area = zone === 0 ? part.config : zone === 1 ? part.otp : part.slots[slot];
  const offset = block * 32 + (bytes === 32 ? 0 : (p2 & 7) * 4);
  return zone > 2 || area === undefined || offset >= area.length ? null : { area, offset, slot };
}

const piece = ({ area, offset }: Place, bytes: number): Buffer => {
  const whole = Buffer.alloc(bytes);
  whole.set(area.subarray(offset, offset + bytes));
  return whole;
};

/** Serial number, revision, lock bytes and UserExtra are not for Write. */
function writeConfig(part: AteccPart, offset: number, data: Uint8Array): Buffer {
  if (part.configLocked || offset < 16) return REFUSED;
  if (offset < 88 && offset + data.length > 84) return REFUSED;
  part.config.set(data, offset);
  return OK;
}

function mayWriteSlot(part: AteccPart, slot: number, bytes: number): boolean {
  const isPrivate = (part.keyConfig(slot) & PRIVATE) !== 0;
  if (part.slotLocked(slot) || isPrivate) return false;
  if (!part.dataLocked) return bytes === 32;
  const rules = part.slotConfig(slot) & WRITE_BITS;
  return rules === 0 || ((rules & ENCRYPTED) !== 0 && bytes === 32 && (rules & NEVER) === 0);
}

/** Input of an encrypted write: XOR with TempKey, and a MAC over what is in clear (CryptoAuthLib, atcah_write_auth_mac). */
function opened(part: AteccPart, slot: number, { p1, p2, data }: Asked): Buffer | null {
  const { tempKey } = part;
  const key = (part.slotConfig(slot) >> 8) & 0x0f;
  if ((p1 & 0x40) === 0 || data.length !== 64 || tempKey?.slot !== key || !tempKey.random) return null;
  part.tempKey = null;
  const plain = Buffer.from(data.subarray(0, 32).map((byte, at) => byte ^ (tempKey.value[at] ?? 0)));
  const head = Buffer.of(0x12, p1, p2 & 0xff, p2 >> 8, part.uid[8] ?? 0, part.uid[0] ?? 0, part.uid[1] ?? 0);
  const mac = sha256(tempKey.value, head, new Uint8Array(25), plain);
  return timingSafeEqual(mac, data.subarray(32)) ? plain : null;
}

function lockSlot(part: AteccPart, slot: number): Buffer {
  const lockable = (part.keyConfig(slot) & LOCKABLE) !== 0;
  if (!part.dataLocked || !lockable || part.slotLocked(slot)) return REFUSED;
  const at = 88 + (slot >> 3);
  part.config[at] = (part.config[at] ?? 0) & ~(1 << (slot & 7));
  return OK;
}

const crcOf = (bytes: Uint8Array): number => checksum(bytes).readUInt16LE(0);

/** Slots but for private keys, then OTP (CryptoAuthLib, calib_lock_data_zone_crc). */
const dataOf = (part: AteccPart): Buffer =>
  Buffer.concat([...part.slots.filter((_, slot) => (part.keyConfig(slot) & PRIVATE) === 0), part.otp]);
