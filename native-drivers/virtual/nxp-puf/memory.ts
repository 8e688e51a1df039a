import { KEY_STORE_BYTES } from './key-store.ts';

/** LPC55S69, revision 1B. Program flash, pages and RAM as a part says them (public snapshot of the lpc55 crate 0.2.1). */
export const FLASH_BYTES = 0x9de00;
export const PAGE = 512;
export const RAM = { start: 0x20000000, bytes: 0x40000 };
/** Protected flash region: CFPA three pages, CMPA, key store three pages, then NXP's own (UM11126, "Protected Flash Region"). */
export const KEY_STORE_ADDRESS = 0x9e600;
const NXP_AREA = 0x9ec00;
const END = 0xa0000;

/** Statuses of SPSDK error_codes.py. */
const ALIGNMENT = 101;
const ADDRESS = 102;
const NOT_FOR_YOU = 139;
const OUT_OF_RANGE = 10200;
const CUMULATIVE = 10203;
const BLANK = 10211;

/**
 * Flash with ECC: a page is written once after an erase and cannot be read before. An erased page of the protected
 * region reads zeros, as traces of real parts show. RAM is lost at a reset.
 */
export class NxpMemory {
  badCell: number | null = null;
  private readonly pages = new Map<number, Uint8Array>();
  private ram: Uint8Array | null = null;

  /** Bytes, or the status that refuses them. */
  read(address: number, length: number): Uint8Array | number {
    const end = address + length;
    if (address >= RAM.start && end <= RAM.start + RAM.bytes)
      return this.ramBytes().slice(address - RAM.start, end - RAM.start);
    if (end > END) return OUT_OF_RANGE;
    if (end > NXP_AREA) return NOT_FOR_YOU;
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 1) {
      const cells = this.pages.get(Math.floor((address + at) / PAGE));
      if (cells === undefined && address + at < FLASH_BYTES) return BLANK;
      bytes[at] = (cells?.[(address + at) % PAGE] ?? 0) ^ (address + at === this.badCell ? 1 : 0);
    }
    return bytes;
  }

  /** 0, or the status that refuses a write that begins there. */
  refuses(address: number, length: number): number {
    if (address >= RAM.start && address + length <= RAM.start + RAM.bytes) return 0;
    if (address + length > FLASH_BYTES) return OUT_OF_RANGE;
    return address % PAGE === 0 ? 0 : ALIGNMENT;
  }

  isRam(address: number): boolean {
    return address >= RAM.start;
  }

  writeRam(address: number, bytes: Uint8Array): void {
    this.ramBytes().set(bytes, address - RAM.start);
  }

  /** One page or the beginning of it; the rest of it is zero. Status. */
  programPage(address: number, bytes: Uint8Array): number {
    const page = address / PAGE;
    if (this.pages.has(page)) return CUMULATIVE;
    const cells = new Uint8Array(PAGE);
    cells.set(bytes);
    this.pages.set(page, cells);
    return 0;
  }

  /** Status. */
  erase(address: number, length: number): number {
    if (address % PAGE !== 0 || length % PAGE !== 0) return ALIGNMENT;
    if (address + length > FLASH_BYTES) return ADDRESS;
    for (let at = address; at < address + length; at += PAGE) this.pages.delete(at / PAGE);
    return 0;
  }

  keyStore(): Uint8Array {
    return this.read(KEY_STORE_ADDRESS, KEY_STORE_BYTES) as Uint8Array;
  }

  replaceKeyStore(bytes: Uint8Array): void {
    for (let at = 0; at < KEY_STORE_BYTES; at += PAGE)
      this.pages.set((KEY_STORE_ADDRESS + at) / PAGE, Uint8Array.from(bytes.subarray(at, at + PAGE)));
  }

  reset(): void {
    this.ram = null;
  }

  private ramBytes(): Uint8Array {
    return (this.ram ??= new Uint8Array(RAM.bytes));
  }
}
