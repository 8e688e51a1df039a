/**
 * Serial protocol of the ROM loader of the ESP32 family. Source: Espressif, "esptool documentation", chapter "Advanced
 * Topics", section "Serial Protocol" (called SP below). The stub that other tools load into RAM is not used here.
 */

/** SP, "Low Level Protocol": SLIP. */
export const SLIP = { end: 0xc0, escape: 0xdb, escapedEnd: 0xdc, escapedEscape: 0xdd } as const;

/** SP, "Command Packet" and "Response Packet", byte 0. */
export const REQUEST = 0x00;
export const RESPONSE = 0x01;
/** SP, same place: direction, command, size (2), checksum or value (4), all little-endian. */
export const HEADER_BYTES = 8;
/** SP, "Status bytes": the ROM ends an answer with four, of which two say something. A stub would send two. */
export const STATUS_BYTES = 4;

/** SP, "Commands". 0E is "ROM loader read flash", named there without its layout: that is esptool's, `read_flash_slow`. */
export const COMMAND = {
  flashBegin: 0x02,
  flashData: 0x03,
  flashEnd: 0x04,
  memoryBegin: 0x05,
  memoryEnd: 0x06,
  memoryData: 0x07,
  sync: 0x08,
  writeRegister: 0x09,
  readRegister: 0x0a,
  spiSetParameters: 0x0b,
  spiAttach: 0x0d,
  readFlashSlow: 0x0e,
  changeBaudRate: 0x0f,
  deflateBegin: 0x10,
  deflateData: 0x11,
  deflateEnd: 0x12,
  flashMd5: 0x13,
  securityInfo: 0x14,
} as const;

/** SP, "ROM Loader Errors". */
export const ERROR = {
  invalidMessage: 0x05,
  failedToAct: 0x06,
  invalidCrc: 0x07,
  flashWrite: 0x08,
  flashRead: 0x09,
  flashReadLength: 0x0a,
  deflate: 0x0b,
} as const;

/** SP, "Commands", 0x08: four bytes, then 32 times 55, from which the chip measures the rate. */
export const SYNC_DATA = Uint8Array.from([0x07, 0x07, 0x12, 0x20, ...Array<number>(32).fill(0x55)]);
/** SP, "Checksum": the seed of the XOR over what a data command writes. */
export const CHECKSUM_SEED = 0xef;

/** Not in SP: the ROM's block, esptool's FLASH_WRITE_SIZE of the class of each ROM. */
export const BLOCK_BYTES = 0x400;
/** Not in SP: most that 0E reads, esptool's BLOCK_LEN in `read_flash_slow`; the answer has always that many bytes. */
export const SLOW_READ_BYTES = 64;
/** SP, "Verifying Uploaded Data": the ROM answers with the digest as text. */
export const MD5_CHARACTERS = 32;
/** SP, "Commands", 0x14: flags (4), flash_crypt_cnt, seven key purposes, chip id (4), version (4). */
export const SECURITY_INFO_BYTES = 20;

/** SP, "Initial Synchronisation": the rate after a reset. */
export const RESET_BAUD_RATE = 115_200;

/** Time-outs, ms. Those of esptool (its configuration's defaults: "timeout", "sync_timeout", "..._per_mb"). */
export const ANSWER_MS = 3000;
export const SYNC_MS = 100;
/** Not esptool's: a register command does nothing that takes time, and one that is lost should be known soon. */
export const REGISTER_MS = 1000;
export const ERASE_MS_PER_MB = 30_000;
export const WRITE_MS_PER_MB = 40_000;
export const MD5_MS_PER_MB = 8000;
