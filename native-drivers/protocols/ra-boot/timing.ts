/**
 * How long an answer may take. A time-out only bounds a wait for an event; nothing ever waits this long on a working
 * link. Assumed: the RA8M1 data sheet was not compared. For scale, the flash driver of Renesas' FSP (r_flash_hp, RA6
 * generation) waits at most 1.04 s for a 32 KiB block, 260 ms for 8 KiB, 15.8 ms for a code flash write, 3.8 ms for a
 * data flash write and 307 ms for an option-setting write; Renesas' RA8 example code allows 120 s for initialize.
 */
const TURNAROUND_MS = 2000;
const ERASE_MS_PER_32_KIB = 1500;
const ERASE_MS_PER_SMALL_BLOCK = 300;
const WRITE_MS_PER_PHRASE = 15;
/** 8N1: ten bits on the wire per byte. */
const BITS_PER_BYTE = 10;

export function wireMs(bytes: number, baudRate: number): number {
  return (bytes * BITS_PER_BYTE * 1000) / baudRate;
}

/** Any command without flash work: its answer, with up to `bytes` on the wire both ways. */
export function answerMs(bytes: number, baudRate: number): number {
  return TURNAROUND_MS + wireMs(bytes, baudRate);
}

export function eraseMs(bytes: number, eraseUnit: number): number {
  const blocks = Math.ceil(bytes / Math.max(eraseUnit, 1));
  const large = Math.ceil(bytes / 0x8000) * ERASE_MS_PER_32_KIB;
  return TURNAROUND_MS + Math.max(large, Math.min(blocks * ERASE_MS_PER_SMALL_BLOCK, 600_000));
}

export function writeFrameMs(bytes: number, baudRate: number, writeUnit: number): number {
  return answerMs(bytes, baudRate) + Math.ceil(bytes / Math.max(writeUnit, 1)) * WRITE_MS_PER_PHRASE;
}

/** CRC of `bytes` by the chip: at least 1 MB/s. */
export function crcMs(bytes: number): number {
  return TURNAROUND_MS + bytes / 1000;
}

/** Erases all of code flash (2 MB), data flash, option memory and keys. */
export const INITIALIZE_MS = 180_000;
/** Key and certificate commands compute a signature or unwrap a key and write a few phrases. */
export const KEY_MS = 5000;
/** A few words of flash; kept short, as a part that resets into LCK_BOOT never answers and is read back at once. */
export const DLM_MOVE_MS = 500;
