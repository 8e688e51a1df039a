import { FlashMemory } from '../flash-memory.ts';

/** STM32F072xB. Memory by its data sheet (DS9826, section 5); device id by RM0091, section 32.4.1. */
export const DEVICE_ID = 0x448;
const REVISION = 0x2001;
export const FLASH_START = 0x08000000;
export const FLASH_BYTES = 128 * 1024;
export const PAGE_BYTES = 2048;
export const RAM_START = 0x20000000;
export const RAM_BYTES = 16 * 1024;
/** System memory, with unique id (RM0091, section 33.1) and flash size in KiB (33.2). */
export const SYSTEM_START = 0x1fffc800;
export const UID_ADDRESS = 0x1ffff7ac;
export const SIZE_ADDRESS = 0x1ffff7cc;
/** RM0091, section 4: RDP, USER, DATA0, DATA1, WRP0..WRP3, each with its complement. */
export const OPTION_START = 0x1ffff800;
export const OPTION_BYTES = 16;
/** RM0091, section 3.3.1: AA is level 0, CC is level 2, all else level 1. */
const RDP = { open: 0xaa, forEver: 0xcc } as const;

export type ProtectionLevel = 0 | 1 | 2;

/** One STM32F072: what outlives a power cut. */
export class Stm32f0Part {
  readonly uid: Uint8Array;
  readonly flash = new FlashMemory();
  /** As a factory delivers it: level 0, nothing write-protected. */
  readonly options = Buffer.from('aa55' + 'ff00'.repeat(7), 'hex');
  deviceId = DEVICE_ID;
  /** What an unseen swap would show; null: the truth. */
  shownUid: Uint8Array | null = null;

  constructor(uid: Uint8Array) {
    this.uid = uid;
  }

  /** As the option bytes stand: in force after they are loaded. A byte whose complement is wrong reads FF (section 4). */
  get level(): ProtectionLevel {
    const value = this.option(0);
    if (value === RDP.open) return 0;
    return value === RDP.forEver ? 2 : 1;
  }

  option(index: number): number {
    const [value = 0xff, complement = 0xff] = this.options.subarray(index * 2);
    return (value ^ complement) === 0xff ? value : 0xff;
  }

  get idcode(): number {
    return ((REVISION << 16) | this.deviceId) >>> 0;
  }

  /** System memory: the boot loader is not there, its identity words are. */
  systemByte(address: number): number {
    const uid = this.shownUid ?? this.uid;
    if (address >= UID_ADDRESS && address < UID_ADDRESS + 12) return uid[address - UID_ADDRESS] ?? 0xff;
    const size = FLASH_BYTES / 1024;
    if (address === SIZE_ADDRESS) return size & 0xff;
    return address === SIZE_ADDRESS + 1 ? size >> 8 : 0xff;
  }
}
