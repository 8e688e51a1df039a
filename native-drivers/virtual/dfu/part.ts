import { FLASH_BYTES, FLASH_START, OPTION_START, SECTORS, sectorStart } from '../stm32f4/part.ts';
import { FlashMemory } from '../flash-memory.ts';

/** OTP of 512 bytes with 16 lock bytes (RM0090, section 3.6.5). */
export const OTP_START = 0x1fff7800;
export const OTP_BYTES = 528;
export const OPTION_BYTES = 16;
/** Readout protection, bits 15 to 8 of the first option word (RM0090, section 3.9.1 and table 20). */
const RDP = 1;
const RDP_LEVEL_0 = 0xaa;
const RDP_LEVEL_2 = 0xcc;
/** As delivered: level 0, software watchdog, no reset on stop and standby, no sector protected (RM0090, table 20). */
const FACTORY_OPTIONS = Buffer.from('efaaffffffffffffff0fffffffffffff', 'hex');
export const PRODUCT_ID = 0xdf11;

/** One STM32F405 as its USB boot loader shows it. Its serial number stands for the unique id, which is not shown. */
export class DfuPart {
  readonly uid: Uint8Array;
  readonly flash = new FlashMemory();
  readonly options = Buffer.from(FACTORY_OPTIONS);
  productId = PRODUCT_ID;
  /** Of the serial number, where a fault replaces it. */
  shownUid: Uint8Array | null = null;

  constructor(uid: Uint8Array) {
    this.uid = uid;
  }

  /** Six bytes in capitals, as the boot loader writes them. */
  get serial(): string {
    return Buffer.from(this.shownUid ?? this.uid)
      .toString('hex')
      .toUpperCase();
  }

  get level(): 0 | 1 | 2 {
    const value = this.options.readUInt8(RDP);
    if (value === RDP_LEVEL_0) return 0;
    return value === RDP_LEVEL_2 ? 2 : 1;
  }

  /** Level 1 back to level 0 erases the flash (RM0090, section 3.9.3). */
  unprotect(): void {
    this.flash.erase(FLASH_START, FLASH_BYTES);
    this.options.writeUInt8(RDP_LEVEL_0, RDP);
  }

  /** Null outside of what the boot loader reads. */
  read(address: number, length: number): Uint8Array | null {
    if (isOption(address, length))
      return Uint8Array.from(this.options.subarray(address - OPTION_START, address - OPTION_START + length));
    return isFlash(address, length) || isOtp(address, length) ? this.flash.read(address, length) : null;
  }
}

const within = (start: number, bytes: number) => (address: number, length: number) =>
  address >= start && address + length <= start + bytes;
export const isFlash = within(FLASH_START, FLASH_BYTES);
export const isOtp = within(OTP_START, OTP_BYTES);
export const isOption = within(OPTION_START, OPTION_BYTES);

/** The sector that holds an address of the flash. */
export function sectorAt(address: number): { start: number; bytes: number } {
  const index = SECTORS.findLastIndex((_, sector) => sectorStart(sector) <= address);
  return { start: sectorStart(index), bytes: SECTORS[index] ?? 0 };
}
