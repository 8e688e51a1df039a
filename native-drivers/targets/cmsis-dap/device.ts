import type { MemoryArea } from '#drivers/core/operations.ts';

/** One line of STM32F0 parts on a debug probe. */
export interface Stm32f0Device {
  target: string;
  product: string;
  /** DEV_ID of DBGMCU_IDCODE (RM0091, section 32.4.1). */
  deviceId: number;
  /** The largest flash of the line; the part says how much it has. */
  flashBytes: number;
  pageBytes: number;
  /** SWD clock. No document gives a limit for this part: what probes run it at without complaint. */
  swdHz: number;
}

export const FLASH_START = 0x08000000;
export const RAM_START = 0x20000000;
export const ERASED = 0xff;

/** STM32F071/072/078: pages of 2 KiB (RM0091, section 3.2.1). */
export const stm32f072: Stm32f0Device = {
  target: 'stm32f0-dap',
  product: 'STM32F07x',
  deviceId: 0x448,
  flashBytes: 128 * 1024,
  pageBytes: 2048,
  swdHz: 4_000_000,
};

/** Identity (RM0091, sections 32.4.1, 33.1 and 33.2). */
export const ID = { idcode: 0x40015800, uid: 0x1ffff7ac, uidBytes: 12, flashKib: 0x1ffff7cc } as const;

/** Flash registers (RM0091, section 3.5) and keys (section 3.2.2). */
export const FLASH = {
  acr: 0x40022000,
  keyr: 0x40022004,
  optkeyr: 0x40022008,
  sr: 0x4002200c,
  cr: 0x40022010,
  obr: 0x4002201c,
  keys: [0x45670123, 0xcdef89ab],
} as const;
export const SR = { busy: 1, errors: 0x14, clear: 0x34 } as const;
export const CR = { optpg: 0x10, opter: 0x20, strt: 0x40, optwre: 0x200, launch: 0x2000 } as const;
/** Option bytes, eight of them, each a half-word with its complement (section 4): RDP, USER, DATA0, DATA1, WRP0..3. */
export const OPTIONS = { start: 0x1ffff800, count: 8 } as const;
/** RDP (section 3.3.1): AA is level 0, CC is level 2 for ever, any other value level 1. */
export const RDP = { open: 0xaa, level1: 0xbb } as const;
/** Page and mass erase at most, ms; half-word at most, ns (DS9826, "Flash memory characteristics"). */
export const LIMIT = { eraseMs: 40, halfWordNs: 60_000 } as const;

/** Clocks (section 6.4): HSI / 2 x 12 = 48 MHz with one wait state of the flash (section 3.5.1); the CRC unit's clock. */
export const RCC = { cr: 0x40021000, cfgr: 0x40021004, ahbenr: 0x40021014 } as const;
export const PLL = { on: 1 << 24, ready: 1 << 25, times12: 10 << 18, select: 2 } as const;
export const ACR_48_MHZ = 0x11;
/** Reset value of RCC_AHBENR, with the CRC unit clocked (section 6.4.6). */
export const AHBENR_CRC = 0x14 | (1 << 6);

export function areasOf({ pageBytes }: Stm32f0Device, flashBytes: number): MemoryArea[] {
  const end = FLASH_START + flashBytes - 1;
  return [{ kind: 'code', start: FLASH_START, end, eraseUnit: pageBytes, writeUnit: 2 }];
}
