/**
 * Numbers of the boot protocol that the ROM of Renesas RA chips speaks. Frames, hand-shake and the commands that RA8
 * shares with older parts: as R01AN5562 ("Standard Boot Firmware for the RA family MCUs Based on Arm Cortex-M33") has
 * them and public tools send them (vjardin/radfu, robinkrens/raflash). For RA8M1 Renesas' own example code names
 * R01AN7140, which has not been compared: 28, 72, 73 and 75 are read off that example code, 26 and 2E off
 * cryptoquantique/renesas-ra8m1-provisioning-tool; the first generation's 28, 29, 4E and 4F off Renesas' example code for
 * it (bootmode_demonstration_code.py, 2023), its 2A, 2B and 30 off vjardin/radfu.
 */

/** First and last bytes of frames. */
export const SOH = 0x01;
export const SOD = 0x81;
export const ETX = 0x03;

/** Payload limit of one frame, bytes. */
export const MAX_PAYLOAD = 1024;
/** Around a payload: start, length (2), code, sum, end. */
export const FRAME_OVERHEAD = 6;
/** Set in the code of a response that carries an error status. */
export const ERROR_BIT = 0x80;

/** Baud rate after reset. */
export const INITIAL_BAUD_RATE = 9600;
/** Sent until the chip answers 00; the chip measures the baud rate on them. */
export const SYNC_BURST = Uint8Array.of(0, 0, 0);
export const SYNC_ANSWER = 0x00;
export const CONFIRM = 0x55;
/** Boot codes: C3 Cortex-M4 and M23, C6 Cortex-M33 and RA8M1 (Renesas' example code); C5 is one that radfu expects of Cortex-M85. */
export const BOOT_CODES: readonly number[] = [0xc3, 0xc5, 0xc6];

export const COMMAND = {
  inquiry: 0x00,
  erase: 0x12,
  write: 0x13,
  read: 0x15,
  crc: 0x18,
  certificates: 0x26,
  keySet: 0x28,
  keyVerify: 0x29,
  userKeySet: 0x2a,
  userKeyVerify: 0x2b,
  dlmGet: 0x2c,
  oemRootKey: 0x2e,
  authenticate: 0x30,
  baudRate: 0x34,
  signature: 0x3a,
  areaInfo: 0x3b,
  boundarySet: 0x4e,
  boundaryGet: 0x4f,
  initialize: 0x50,
  parameterSet: 0x51,
  parameterGet: 0x52,
  dlmMove: 0x71,
  protectionMove: 0x72,
  protectionGet: 0x73,
  authenticationGet: 0x75,
} as const;
/** Status bytes in their document's words, as short names for a context. */
export const STATUS: Readonly<Record<number, string>> = {
  0x00: 'ok',
  0x0c: 'unsupported',
  0xc0: 'unknown-command',
  0xc1: 'packet',
  0xc2: 'checksum',
  0xc3: 'flow',
  0xd0: 'address',
  0xd1: 'verification-failed',
  0xd3: 'already-programmed',
  0xd4: 'baud-margin',
  0xd5: 'not-accepted-in-this-state',
  0xda: 'protection',
  0xdb: 'id-mismatch',
  0xdc: 'serial-programming-disabled',
  0xe0: 'not-blank',
  0xe1: 'erase-failed',
  0xe2: 'write-failed',
  0xe4: 'state',
  0xe7: 'sequencer',
};

/** Device life-cycle states of RA8. */
export const DLM = {
  CM: 0x01,
  OEM: 0x04,
  LCK_BOOT: 0x06,
  RMA_REQ: 0x07,
  RMA_ACK: 0x08,
  RMA_RET: 0x09,
} as const;
/** Protection levels of RA8: PL2 is open. */
export const PROTECTION = { PL2: 0x02, PL1: 0x03, PL0: 0x04 } as const;
/** Authentication levels of RA8. */
export const AUTHENTICATION = { AL2: 0x02, AL1: 0x03, AL0: 0x04 } as const;
export type DlmName = keyof typeof DLM;
export type ProtectionName = keyof typeof PROTECTION;

/** Parameter 1: may the part be initialized (07), or never again (00). */
export const PARAMETER_INITIALIZE = 0x01;
export const INITIALIZE_DISABLED = 0x00;

/** Life-cycle states of the first generation with TrustZone (RA4M2/M3, RA6M4/M5), as Renesas' example code names them. */
export const GEN1_DLM = {
  CM: 0x01,
  SSD: 0x02,
  NSECSD: 0x03,
  DPL: 0x04,
  LCK_DBG: 0x05,
  LCK_BOOT: 0x06,
  RMA_REQ: 0x07,
  RMA_ACK: 0x08,
} as const;
export type Gen1DlmName = keyof typeof GEN1_DLM;

/** Key types of command 28 on the first generation: 01 and 02 by Renesas' example code, 03 by radfu. */
export const GEN1_KEY = { SECDBG: 0x01, NONSECDBG: 0x02, RMA: 0x03 } as const;

/** Key types of command 28 on RA8. */
export const AL_KEY = { AL2: 0x01, AL1: 0x02 } as const;

/** Command 2E: locked for ever, or replaceable. */
export const OEM_KEY_PERMANENT = 0x00;
export const OEM_KEY_REPLACEABLE = 0xff;
/** Key id of the OEM root public key. */
export const OEM_KEY_ID = 0x00;

/** Command 26: type of the message authentication; 2 = certificates. */
export const CERTIFICATE_MAC = 0x02;
