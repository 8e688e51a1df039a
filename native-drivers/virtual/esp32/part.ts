import { createHash } from 'node:crypto';
import { FlashMemory } from '../flash-memory.ts';
import { CK8M_FREQUENCY, type EspModel } from './chips.ts';
import { Efuses, firstLayout, laterLayout } from './efuses.ts';

/** A flash of 4 MiB: Winbond W25Q32, JEDEC id EF 40 16. */
export const FLASH_BYTES = 0x400000;
export const FLASH_ID = 0x1640ef;

/** CRC-8 of the ESP32's MAC address: polynomial 8C, reflected, from 0 (espefuse, `EfuseMacField.calc_crc`). */
function macCrc(mac: Uint8Array): number {
  let crc = 0;
  for (const byte of mac) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >> 1) ^ (crc & 1 ? 0x8c : 0);
  }
  return crc;
}

/** One chip with its flash: what survives resets. */
export class EspPart {
  /** The base MAC address, as it is printed on a module. */
  readonly uid: Uint8Array;
  readonly model: EspModel;
  readonly flash = new FlashMemory();
  readonly efuses: Efuses;
  /** Another chip id or magic, while a fault says so. */
  chipId: number;
  magic: number;

  constructor(uid: Uint8Array, model: EspModel) {
    this.uid = uid;
    this.model = model;
    this.chipId = model.chipId;
    this.magic = model.magic;
    this.efuses = new Efuses(model.first ? firstLayout : laterLayout);
    if (model.first) this.fuseFirst();
    else this.fuseLater();
  }

  /** Words of the MAC: the last four bytes, then the first two. */
  private macWords(): [number, number] {
    const mac = Buffer.from(this.uid);
    return [mac.readUInt32BE(2), mac.readUInt16BE(0)];
  }

  /** Revision 3.0, package 1, no coding scheme. */
  private fuseFirst(): void {
    const [low, high] = this.macWords();
    this.efuses.factory(0, 1, low);
    this.efuses.factory(0, 2, high | (macCrc(this.uid) << 16));
    this.efuses.factory(0, 3, (1 << 15) | (1 << 9));
    this.efuses.factory(0, 4, CK8M_FREQUENCY);
    this.efuses.factory(0, 5, 1 << 20);
  }

  /** Revision 0.4, and the optional unique id of 128 bits. */
  private fuseLater(): void {
    const [low, high] = this.macWords();
    this.efuses.factory(1, 0, low);
    this.efuses.factory(1, 1, high);
    this.efuses.factory(1, 3, 4 << 18);
    const id = createHash('sha256').update(this.uid).digest();
    for (let word = 0; word < 4; word += 1) this.efuses.factory(2, word, id.readUInt32LE(word * 4));
  }

  /** Another chip of the same address. */
  becomeTwin(): void {
    if (!this.model.first) this.efuses.factory(2, 0, 0xffffffff);
  }

  /** Bits of block 0 as they stand. */
  fuse(word: number, bit: number, width = 1): number {
    return (this.efuses.word(0, word) >>> bit) & ((1 << width) - 1);
  }

  get downloadDisabled(): boolean {
    return this.model.first ? this.fuse(0, 27) === 1 : this.fuse(4, 0) === 1;
  }

  get secureDownload(): boolean {
    return !this.model.first && this.fuse(4, 5) === 1;
  }

  get secureBoot(): boolean {
    return this.model.first ? this.fuse(6, 5) === 1 : this.fuse(3, 20) === 1;
  }

  get cryptCount(): number {
    return this.model.first ? this.fuse(0, 20, 7) : this.fuse(2, 18, 3);
  }
}
