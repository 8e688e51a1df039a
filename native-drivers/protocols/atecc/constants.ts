/**
 * Microchip ATECC608 behind a kit board. Documents: "ATECC608A-TNGTLS" and "-TFLXTLS" data sheets (the public ones:
 * "I/O Transactions", "Command Packets", "Status/Error Codes", "Device Commands"); CryptoAuthLib (lib/calib, lib/hal,
 * lib/host) where those leave a value out. The full data sheet of the part is not public.
 */

/** Opcodes: data sheet, "Device Commands", table 1. */
export const OP = {
  read: 0x02,
  write: 0x12,
  genDig: 0x15,
  nonce: 0x16,
  lock: 0x17,
  random: 0x1b,
  counter: 0x24,
  info: 0x30,
  genKey: 0x40,
  sign: 0x41,
  verify: 0x45,
} as const;

/** Longest execution time, ms (CryptoAuthLib, calib_execution.c, ATECC608 at its default clock divider M0). */
export const EXECUTION_MS: Readonly<Record<number, number>> = {
  [OP.read]: 5,
  [OP.write]: 45,
  [OP.genDig]: 25,
  [OP.nonce]: 20,
  [OP.lock]: 35,
  [OP.random]: 23,
  [OP.counter]: 25,
  [OP.info]: 5,
  [OP.genKey]: 115,
  [OP.sign]: 115,
};

/** First byte of an answer of one byte: data sheet, "Status/Error Codes". */
export const STATUS = {
  success: 0x00,
  miscompare: 0x01,
  parse: 0x03,
  eccFault: 0x05,
  selfTest: 0x07,
  execution: 0x0f,
  afterWake: 0x11,
  watchdog: 0xee,
  communication: 0xff,
} as const;

export const STATUS_TEXT: Readonly<Record<number, string>> = {
  [STATUS.miscompare]: 'The chip compared and found a difference.',
  [STATUS.parse]: 'The chip does not know such a command or parameter.',
  [STATUS.eccFault]: 'The chip failed in its elliptic curve arithmetic.',
  [STATUS.selfTest]: 'The chip failed its self-test and does no cryptography until it passes.',
  [STATUS.execution]: 'The chip refuses the command in its present state.',
  [STATUS.afterWake]: 'The chip was asleep: it says that it is awake now.',
  [STATUS.watchdog]: 'The chip will fall asleep before the command could end.',
  [STATUS.communication]: 'The command reached the chip broken.',
};

/** Answer to a wake: `04 11 33 43` (data sheet, "Wake"; CryptoAuthLib, hal_check_wake). */
export const WAKE_ANSWER = Uint8Array.of(0x04, 0x11, 0x33, 0x43);

/** Zones of Read and Write, with the bit for 32 bytes at once and, for Write, the bit of an encrypted one. */
export const ZONE = { config: 0, otp: 1, data: 2, block: 0x80, encrypted: 0x40 } as const;

/** Lock: zone in bits 0 and 1, slot in bits 2 to 5, bit 7: without a summary (CryptoAuthLib, calib_lock.c). */
export const LOCK = { config: 0x00, data: 0x01, slot: 0x02, withoutSummary: 0x80 } as const;

/** Nonce: with the chip's own random number, or the digest as it is, into TempKey or into the message digest buffer. */
export const NONCE = { random: 0x00, passTempKey: 0x03, passDigest: 0x43 } as const;
export const GEN_KEY = { publicOnly: 0x00, make: 0x04 } as const;
/** Sign a digest from outside that lies in the message digest buffer. */
export const SIGN_DIGEST = 0xa0;
/** Info: the revision, and whether a slot holds a key that is one. */
export const INFO = { revision: 0x00, keyValid: 0x01 } as const;

export const CONFIG_BYTES = 128;
export const BLOCK = 32;
export const WORD = 4;

/** Bytes of a data slot (data sheet, "Data Zone"). */
export const slotBytes = (slot: number): number => (slot < 8 ? 36 : slot === 8 ? 416 : 72);

/** The watchdog puts the chip to sleep between 0.7 s and 1.7 s after a wake (CryptoAuthLib: tWATCHDOG). */
export const WATCHDOG_MS = 700;

/** 8N1 of a kit board with a serial port (CryptoAuthLib, cfg_atecc608_kitcdc_default). */
export const KIT_RATE = 115_200;
/** A kit's own status before the bracket: 00, or what it met (kit_protocol_status.h of Microchip's kit firmware). */
export const KIT = {
  success: 0x00,
  invalid: 0x03,
  noDevice: 0xc5,
  noAnswer: 0xe7,
  communication: 0xf0,
} as const;
