/**
 * NXP's MCU bootloader over a UART, as `blhost` speaks to it. Sections are those of the KL27 Sub-Family Reference Manual,
 * Rev. 5, chapter 13 ("Kinetis ROM Bootloader"), the serial protocol that the LPC55S6x has too, unless another source is
 * named: MCUBOOTRM (MCU Bootloader Reference Manual in the MCUXpresso SDK documentation 25.09), MCUBLHOSTUG (blhost
 * User's Guide), SPSDK (spsdk/mboot of nxp-mcuxpresso/spsdk, NXP's own program).
 */

/** 13.3.7.3, table "Framing Packet Format": every packet begins with it. */
export const START = 0x5a;

/** 13.3.7.3, table "packetType Field". */
export const PACKET = {
  ack: 0xa1,
  nak: 0xa2,
  abort: 0xa3,
  command: 0xa4,
  data: 0xa5,
  ping: 0xa6,
  pong: 0xa7,
} as const;

/** Start, type, length and CRC, two bytes each, low byte first (13.3.7.3). */
export const HEADER_BYTES = 6;
/** Start, type, four bytes of version, two of options, two of CRC (13.3.7.2; recorded in frame.test.ts). */
export const PONG_BYTES = 10;
/** Longest payload that this side takes for one: a length above it is noise. No document gives a bound. */
export const MAX_PAYLOAD = 4096;

/** 13.3.7.4 and MCUBOOTRM table 4-9; key provisioning: SPSDK commands.py, CommandTag. */
export const COMMAND = {
  eraseAll: 0x01,
  eraseRegion: 0x02,
  readMemory: 0x03,
  writeMemory: 0x04,
  getProperty: 0x07,
  reset: 0x0b,
  keyProvisioning: 0x15,
} as const;

/** Bit 0 of a command's second byte: data packets follow (13.3.7.4). */
export const HAS_DATA = 1;

/** 13.3.7.4, table "Responses that are supported"; B5: SPSDK commands.py, ResponseTag. */
export const RESPONSE = {
  generic: 0xa0,
  readMemory: 0xa3,
  getProperty: 0xa7,
  keyProvisioning: 0xb5,
} as const;

/** MCUBOOTRM, appendix B; flash page: SPSDK properties.py. */
export const PROPERTY = {
  currentVersion: 0x01,
  flashStart: 0x03,
  flashSize: 0x04,
  maxPacketSize: 0x0b,
  systemDeviceId: 0x10,
  securityState: 0x11,
  uniqueDeviceId: 0x12,
  flashPageSize: 0x1b,
} as const;

/** Security state of an unlocked part: 0 or this word (`flash_locked` of the public lpc55 crate 0.2.1; SPSDK properties.py). */
export const UNLOCKED = 0x5aa55aa5;

/** SPSDK commands.py, KeyProvOperation; `key-provisioning` in MCUBLHOSTUG. */
export const KEY_OPERATION = {
  enroll: 0,
  setUserKey: 1,
  setIntrinsicKey: 2,
  writeNonVolatile: 3,
  readNonVolatile: 4,
  writeKeyStore: 5,
  readKeyStore: 6,
} as const;

/** SPSDK error_codes.py, StatusCode. */
export const STATUS = {
  success: 0,
  fail: 1,
  sealed: 137,
  securityViolation: 10001,
  abortDataPhase: 10002,
  blankPageRead: 10211,
  protectedPageRead: 10212,
  unknownProperty: 10300,
} as const;

/** 8N1. */
export const BITS_PER_BYTE = 10;

/** Tries for a packet that came through broken, either way (13.3.7.3: a packet answered with NAK is sent again). */
export const PACKET_TRIES = 3;

/**
 * Time-outs, ms, beside wire time. For scale: SPSDK waits 500 ms for a ping and 5 s for an answer. No document gives
 * bounds; the longest single work is an erase of all (one 512-byte page in a few ms, 1263 pages).
 */
export const PING_MS = 200;
export const ANSWER_MS = 1000;
export const KEY_MS = 3000;
export const PAGE_MS = 50;
