import type { MemoryArea } from '#drivers/core/operations.ts';
import { areasOf, FLASH, ID, stm32f072 } from '../cmsis-dap/device.ts';
import { stm32f4 } from '../stm32/families.ts';

/** A word that tells one device from another: `value` under `mask`. */
interface IdentityWord {
  name: string;
  address: number;
  mask: number;
  value: number;
}

/** Where a debugger reads whether the part is read-protected, and how a level is called. */
interface ProtectionWord {
  address: number;
  /** Level by the word as it stands. */
  level(word: number): 'RDP0' | 'RDP1' | 'RDP2';
}

/** The option word that a Black Magic probe's `option write` takes. */
export interface OptionWord {
  address: number;
  /** The word as it must be written for level 1; never any other. */
  protect(word: number): number;
}

/** How OpenOCD protects and erases a part. */
export interface OpenOcdFlash {
  /** Its flash driver (User's Guide, 12.5), which names the commands `lock`, `unlock` and `mass_erase`. */
  driver: 'stm32f1x' | 'stm32f2x';
  /** True: new options count from `options_load` on; false: from the next reset on. */
  loadsOptions: boolean;
}

/** A device behind a debug server: what it is known by and where its memory lies. */
export interface GdbDevice {
  target: string;
  title: string;
  product: string;
  identity: IdentityWord;
  /** Null: the device has no unique id. */
  uid: { address: number; length: number } | null;
  protection: ProtectionWord | null;
  /** Null: no document says how a Black Magic probe changes its options. */
  options: OptionWord | null;
  /** Null: no flash driver of OpenOCD is known to be its own. */
  openOcd: OpenOcdFlash | null;
  /** Flash where the server offers no memory map. */
  areas: readonly MemoryArea[];
  /** True: a board in an emulator, whose flash takes plain writes where the server knows no flash packets. */
  emulated: boolean;
}

/** RM0090, 3.9.10, FLASH_OPTCR bits 8 to 15: AA is level 0, CC level 2 and for ever, any other level 1. */
const OPTCR = 0x40023c14;
const RDP_MASK = 0xff00;
const RDP_OPEN = 0xaa00;
const RDP_FOR_EVER = 0xcc00;
const RDP_LEVEL_1 = 0xbb00;
/** FLASH_OPTCR bits 0 and 1, lock and start: no part of the options. */
const OPTION_CONTROL = 0x3;

/** STM32F405/407/415/417 on its debug port: DBGMCU_IDCODE by RM0090, 38.6.1; unique id by 39.1. */
export const stm32f4Swd: GdbDevice = {
  target: 'stm32f4-swd',
  title: 'ST STM32F405/407 on a debug probe',
  product: stm32f4.product,
  identity: { name: 'DBGMCU_IDCODE', address: 0xe0042000, mask: 0xfff, value: stm32f4.productId },
  uid: stm32f4.uid,
  protection: {
    address: OPTCR,
    level(word) {
      const level = word & RDP_MASK;
      if (level === RDP_OPEN) return 'RDP0';
      return level === RDP_FOR_EVER ? 'RDP2' : 'RDP1';
    },
  },
  options: {
    address: OPTCR,
    protect: (word) => ((word & ~RDP_MASK & ~OPTION_CONTROL) | RDP_LEVEL_1) >>> 0,
  },
  openOcd: { driver: 'stm32f2x', loadsOptions: false },
  areas: stm32f4.areas,
  emulated: false,
};

/** FLASH_OBR bits 1 and 2, RDPRT (RM0091, 3.5.7): 00 is level 0, 11 level 2 and for ever. */
const RDPRT = ['RDP0', 'RDP1', 'RDP1', 'RDP2'] as const;

/** STM32F071/072/078 on its debug port: what it is known by is that of the CMSIS-DAP driver's part. */
export const stm32f0Swd: GdbDevice = {
  target: 'stm32f0-swd',
  title: 'ST STM32F07x on a debug probe',
  product: stm32f072.product,
  identity: { name: 'DBGMCU_IDCODE', address: ID.idcode, mask: 0xfff, value: stm32f072.deviceId },
  uid: { address: ID.uid, length: ID.uidBytes },
  protection: { address: FLASH.obr, level: (word) => RDPRT[(word >>> 1) & 3] ?? 'RDP1' },
  options: null,
  // A reset alone does not load them: OBL_LAUNCH or power does (RM0091, 4).
  openOcd: { driver: 'stm32f1x', loadsOptions: true },
  areas: areasOf(stm32f072, stm32f072.flashBytes),
  emulated: false,
};

/** QEMU's netduinoplus2: an STM32F405 without unique id and flash controller. CPUID by the ARMv7-M manual, B3.2.3. */
export const netduinoPlus2: GdbDevice = {
  target: 'qemu-netduinoplus2',
  title: 'STM32F405 in QEMU (netduinoplus2)',
  product: 'netduinoplus2',
  identity: { name: 'CPUID', address: 0xe000ed00, mask: 0xff0ffff0, value: 0x410fc240 },
  uid: null,
  protection: null,
  options: null,
  openOcd: null,
  areas: stm32f4.areas,
  emulated: true,
};
