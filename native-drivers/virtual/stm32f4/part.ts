import { FlashMemory } from '../flash-memory.ts';

/** STM32F405/407 with 1 MiB: product id, memory and sectors by RM0090, sections 3.4 and 38.6.1, and AN2606. */
export const PRODUCT_ID = 0x413;
export const FLASH_START = 0x08000000;
export const FLASH_BYTES = 0x100000;
/** Unique device id, 96 bits (RM0090, 39.1); flash size in KiB, 16 bits (39.2). */
export const UID_ADDRESS = 0x1fff7a10;
export const SIZE_ADDRESS = 0x1fff7a22;
export const SYSTEM_START = 0x1fff0000;
export const SYSTEM_END = 0x1fff7a24;
export const OPTION_START = 0x1fffc000;
export const OPTION_END = 0x1fffc010;
const KIB = 1024;
/** Sectors of one bank, in order (RM0090, table 5). */
export const SECTORS: readonly number[] = [
  ...Array<number>(4).fill(16 * KIB),
  64 * KIB,
  ...Array<number>(7).fill(128 * KIB),
];

/** One STM32F4: flash, readout protection, write protection. */
export class Stm32Part {
  readonly uid: Uint8Array;
  readonly flash = new FlashMemory();
  readonly ram = new Map<number, number>();
  readoutProtected = false;
  /** Sectors that are write-protected. */
  readonly protectedSectors = new Set<number>();
  productId = PRODUCT_ID;

  constructor(uid: Uint8Array) {
    this.uid = uid;
  }

  /** Bytes as the boot loader reads them; null outside what it reads. */
  read(address: number, length: number): Uint8Array | null {
    const end = address + length;
    if (address >= FLASH_START && end <= FLASH_START + FLASH_BYTES) return this.flash.read(address, length);
    if (address >= SYSTEM_START && end <= SYSTEM_END) return this.system(address, length);
    if (address >= OPTION_START && end <= OPTION_END) return new Uint8Array(length).fill(0xff);
    return null;
  }

  eraseAll(): void {
    this.flash.erase(FLASH_START, FLASH_BYTES);
  }

  private system(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index += 1) bytes[index] = this.systemByte(address + index);
    return bytes;
  }

  private systemByte(address: number): number {
    if (address >= UID_ADDRESS && address < UID_ADDRESS + this.uid.length)
      return this.uid[address - UID_ADDRESS] ?? 0xff;
    const size = FLASH_BYTES / KIB;
    if (address === SIZE_ADDRESS) return size & 0xff;
    return address === SIZE_ADDRESS + 1 ? size >> 8 : 0xff;
  }
}

/** Address of a sector's first byte. */
export function sectorStart(sector: number): number {
  return SECTORS.slice(0, sector).reduce((sum, bytes) => sum + bytes, FLASH_START);
}
