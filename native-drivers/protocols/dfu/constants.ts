/** USB Device Class Specification for Device Firmware Upgrade 1.1 ("DFU 1.1"), table 3.2: bRequest. */
export const REQUEST = {
  detach: 0,
  download: 1,
  upload: 2,
  getStatus: 3,
  clearStatus: 4,
  getState: 5,
  abort: 6,
} as const;

/** DFU 1.1, tables 4.1 and 4.4: interface class and subclass; protocol 1 beside a running program, 2 in DFU mode. */
export const DFU_CLASS = 0xfe;
export const DFU_SUBCLASS = 1;
export const PROTOCOL = { runTime: 1, dfuMode: 2 } as const;

/** DFU 1.1, table 4.2: type of the functional descriptor, bits of its bmAttributes. */
export const FUNCTIONAL = 0x21;
export const ATTRIBUTE = { canDownload: 1, canUpload: 2, manifestationTolerant: 4, willDetach: 8 } as const;

/** DFU 1.1, section 6.1.2: bState. */
export const STATE = {
  appIdle: 0,
  appDetach: 1,
  idle: 2,
  downloadSync: 3,
  downloadBusy: 4,
  downloadIdle: 5,
  manifestSync: 6,
  manifest: 7,
  manifestWaitReset: 8,
  uploadIdle: 9,
  error: 10,
} as const;
/** By bState. */
export const STATE_NAMES: readonly string[] = [
  ...['appIDLE', 'appDETACH', 'dfuIDLE', 'dfuDNLOAD-SYNC', 'dfuDNBUSY', 'dfuDNLOAD-IDLE'],
  ...['dfuMANIFEST-SYNC', 'dfuMANIFEST', 'dfuMANIFEST-WAIT-RESET', 'dfuUPLOAD-IDLE', 'dfuERROR'],
];

/** DFU 1.1, section 6.1.2: bStatus. */
export const STATUS = {
  ok: 0x00,
  errTarget: 0x01,
  errWrite: 0x03,
  errAddress: 0x08,
  errNotDone: 0x09,
  errFirmware: 0x0a,
  errVendor: 0x0b,
  errUnknown: 0x0e,
  errStalledPacket: 0x0f,
} as const;
/** By bStatus. */
export const STATUS_NAMES: readonly string[] = [
  ...['OK', 'errTARGET', 'errFILE', 'errWRITE', 'errERASE', 'errCHECK_ERASED', 'errPROG', 'errVERIFY'],
  ...['errADDRESS', 'errNOTDONE', 'errFIRMWARE', 'errVENDOR', 'errUSBR', 'errPOR', 'errUNKNOWN'],
  'errSTALLEDPKT',
];

/** bcdDFUVersion of a device that speaks ST's extension (ST UM0424, section 10.3.1). */
export const DFUSE_VERSION = 0x011a;
/** First byte of a download to block 0 (ST AN3156, section 5; AN2662, section 4.5). */
export const DFUSE = { setAddress: 0x21, erase: 0x41, readUnprotect: 0x92 } as const;
/** Blocks 0 and 1 are commands; memory begins at block 2 (ST AN3156, sections 4.1 and 5.1). */
export const FIRST_BLOCK = 2;
/** wValue has 16 bits. */
export const LAST_BLOCK = 0xffff;
/** ST UM0391 and DFU 1.1, appendix B: of a file's suffix. */
export const SUFFIX_BYTES = 16;

/**
 * How long a device may say that it is busy with one thing, ms: the longest erase of an STM32F4 takes 32 s (DS8626,
 * table 40, mass erase at 8-bit parallelism, maximum).
 */
export const BUSY_MS = 60_000;
