import type { MemoryArea } from '#drivers/core/operations.ts';

/** One line of LPC55 devices as its boot loader shows it. */
export interface NxpFamily {
  target: string;
  product: string;
  /** Number of the die, upper bits of the second word of the system device id; the lowest four are its revision. */
  dieId: number;
  flashBytes: number;
  areas: readonly MemoryArea[];
}

/** Erase and write unit (UM11126, flash chapter; "512 byte page erase and write"). */
export const PAGE = 512;
const FLASH_BYTES = 0x9de00;

/**
 * LPC55S69 (revision 1B): die 426B; 631.5 KiB of program flash, the rest of 640 KiB is the protected region (properties of
 * a part, public snapshot of the lpc55 crate 0.2.1).
 */
export const nxpPuf: NxpFamily = {
  target: 'nxp-puf',
  product: 'LPC55S69',
  dieId: 0x426b,
  flashBytes: FLASH_BYTES,
  areas: [{ kind: 'code', start: 0, end: FLASH_BYTES - 1, eraseUnit: PAGE, writeUnit: PAGE }],
};
