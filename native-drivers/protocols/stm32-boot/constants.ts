/**
 * USART protocol of the STM32 system memory boot loader: ST application note AN3155, "USART protocol used in the STM32
 * bootloader". Section numbers are those of its revision 17.
 */

/** Section 2: the boot loader measures the baud rate on this byte and acknowledges it. */
export const SYNC = 0x7f;
/** Section 3: every step ends in one of the two. */
export const ACK = 0x79;
export const NACK = 0x1f;

/** Section 3, table 2. Each is sent with its complement. */
export const COMMAND = {
  get: 0x00,
  version: 0x01,
  id: 0x02,
  read: 0x11,
  go: 0x21,
  write: 0x31,
  erase: 0x43,
  extendedErase: 0x44,
  special: 0x50,
  extendedSpecial: 0x51,
  writeProtect: 0x63,
  writeUnprotect: 0x73,
  readoutProtect: 0x82,
  readoutUnprotect: 0x92,
  checksum: 0xa1,
} as const;

/** Sections 3.5 and 3.6: a block has at most 256 bytes, its length travels as length - 1. */
export const MAX_BLOCK = 256;

/** Section 3.8: page counts that mean something else. */
export const MASS_ERASE = 0xffff;

/** The port of the boot loader has even parity (section 2): eleven bits a byte with start and stop bit. */
export const BITS_PER_BYTE = 11;

/** Highest rate that AN3155 calls tested (section 2.1); the boot loader measures what it gets. */
export const MAX_BAUD_RATE = 115_200;

/**
 * Time-outs, ms. For scale: `stm32flash` waits 35 s for a mass erase and for a resync, 5 s for a page, 1 s for a block. The
 * longest sector of an STM32F4 (128 KiB) takes at most 4 s by its data sheet.
 */
export const ANSWER_MS = 1000;
export const SYNC_MS = 250;
export const MASS_ERASE_MS = 35_000;
export const PAGE_ERASE_MS = 5000;
export const BLOCK_MS = 1000;
