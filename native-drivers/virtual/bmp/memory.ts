import { FLASH_BYTES, FLASH_START, SECTORS, sectorStart, type Stm32Part } from '../stm32f4/part.ts';

/** DBGMCU_IDCODE (RM0090, 38.6.1); revision Z as a later device reports it. */
const IDCODE = 0xe0042000;
const REVISION = 0x1007;
/** SCB CPUID (ARMv7-M Architecture Reference Manual, B3.2.3) of a Cortex-M4 r0p1. */
const CPUID = 0xe000ed00;
const CORTEX_M4 = 0x410fc241;
/** FLASH_OPTCR (RM0090, 3.9.10): reset value without the lock bit, readout protection in bits 8 to 15. */
export const OPTCR = 0x40023c14;
export const OPTCR_OPEN = 0x0fffaaed;
const LEVEL_0 = 0xaa;
/** RM0090, 2.3.1 and 2.3: RAM that any master reaches, and the core's own. */
export const RAM = [
  { start: 0x20000000, length: 0x20000 },
  { start: 0x10000000, length: 0x10000 },
] as const;

const within = (address: number, length: number, start: number, size: number): boolean =>
  address >= start && address + length <= start + size;

const isRam = (address: number, length: number): boolean =>
  RAM.some((ram) => within(address, length, ram.start, ram.length));

/**
 * What a debugger sees of the part. Level 1 hides the flash from it (RM0090, 3.7.3); that the unique id still shows is
 * assumed, as no document says.
 */
export function debugRead(part: Stm32Part, address: number, length: number): Uint8Array | null {
  if (within(address, length, FLASH_START, FLASH_BYTES) && part.readoutProtected) return null;
  if (isRam(address, length))
    return Uint8Array.from({ length }, (_, index) => part.ram.get(address + index) ?? 0);
  return registers(part, address, length) ?? part.read(address, length);
}

/** False outside RAM. */
export function debugWrite(part: Stm32Part, address: number, bytes: Uint8Array): boolean {
  if (!isRam(address, bytes.length)) return false;
  for (const [index, byte] of bytes.entries()) part.ram.set(address + index, byte);
  return true;
}

/** The option word as the part holds it; any value but AA and CC is level 1 (RM0090, 3.7.3). */
export const optionWord = (part: Stm32Part): number =>
  part.readoutProtected ? (OPTCR_OPEN & ~0xff00) | 0xbb00 : OPTCR_OPEN;

/** Programs the option word: back to level 0 erases all of the flash first. */
export function writeOptions(part: Stm32Part, word: number): void {
  const open = ((word >> 8) & 0xff) === LEVEL_0;
  if (open && part.readoutProtected) part.eraseAll();
  part.readoutProtected = !open;
}

function registers(part: Stm32Part, address: number, length: number): Uint8Array | null {
  const words: [number, number][] = [
    [IDCODE, (REVISION << 16) | part.productId],
    [CPUID, CORTEX_M4],
    [OPTCR, optionWord(part)],
  ];
  for (const [at, word] of words) {
    if (!within(address, length, at, 4)) continue;
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(word >>> 0);
    return Uint8Array.from(bytes.subarray(address - at, address - at + length));
  }
  return null;
}

/** Sectors that a stretch of flash touches; null where it leaves the flash or one is write-protected. */
export function sectorsOf(part: Stm32Part, address: number, length: number): number[] | null {
  if (part.readoutProtected || !within(address, length, FLASH_START, FLASH_BYTES)) return null;
  const touched = SECTORS.map((_, index) => index).filter(
    (index) => address < sectorStart(index + 1) && address + length > sectorStart(index),
  );
  return touched.some((sector) => part.protectedSectors.has(sector)) ? null : touched;
}
