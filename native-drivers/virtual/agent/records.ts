import { createHash, timingSafeEqual } from 'node:crypto';
import type { ChipHardware } from '../chip/firmware.ts';

/** Data flash of the RA8M1 (docs/protocols/enrolment-agent.md, "What the part keeps"); sizes in bytes. */
const BASE = 0x27000000;
const BLOCK = 64;
const HEADER = 16;
const CHECK = 8;
const MAGIC = 0x524c5231;

/** Places of the records, whole erase blocks each. */
const places = {
  lock: { at: 0x0000, size: 0x0040 },
  helper: { at: 0x0040, size: 0x03c0 },
  chain: { at: 0x0400, size: 0x1000 },
  configuration: { at: 0x1400, size: 0x0800 },
  secrets: { at: 0x1c00, size: 0x1000 },
} as const;
export type Place = keyof typeof places;

/** Largest object that fits a place. */
export const roomIn = (place: Place): number => places[place].size - HEADER;

const checkOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest().subarray(0, CHECK);

/**
 * Records in data flash: `RLR1`, length 4, first 8 bytes of SHA-256, body. The block with the header is written last, so
 * that a power cut leaves no record rather than half of one.
 */
export class Records {
  readonly #hardware: ChipHardware;

  constructor(hardware: ChipHardware) {
    this.#hardware = hardware;
  }

  read(place: Place): Uint8Array | null {
    const { at, size } = places[place];
    const header = Buffer.from(this.#hardware.readData(BASE + at, HEADER));
    const length = header.readUInt32BE(4);
    if (header.readUInt32BE(0) !== MAGIC || length > size - HEADER) return null;
    const body = this.#hardware.readData(BASE + at + HEADER, length);
    return timingSafeEqual(checkOf(body), header.subarray(8)) ? Uint8Array.from(body) : null;
  }

  write(place: Place, body: Uint8Array): void {
    // The same object sent twice costs no wear.
    if (Buffer.from(body).equals(this.read(place) ?? Buffer.alloc(0))) return;
    const { at, size } = places[place];
    const bytes = Buffer.alloc(Math.ceil((HEADER + body.length) / BLOCK) * BLOCK, 0xff);
    bytes.writeUInt32BE(MAGIC, 0);
    bytes.writeUInt32BE(body.length, 4);
    checkOf(body).copy(bytes, 8);
    bytes.set(body, HEADER);
    this.#hardware.eraseData(BASE + at, size);
    for (let block = bytes.length - BLOCK; block >= 0; block -= BLOCK)
      this.#hardware.writeData(BASE + at + block, Uint8Array.from(bytes.subarray(block, block + BLOCK)));
  }
}
