/** Command ids (CMSIS-DAP 2.1, "CMSIS-DAP Commands"); a response begins with the id of its command. */
export const COMMAND = {
  info: 0x00,
  hostStatus: 0x01,
  connect: 0x02,
  disconnect: 0x03,
  transferConfigure: 0x04,
  transfer: 0x05,
  transferBlock: 0x06,
  writeAbort: 0x08,
  pins: 0x10,
  clock: 0x11,
  sequence: 0x12,
  swdConfigure: 0x13,
} as const;
/** Ids of DAP_Info. */
export const INFO = { product: 0x02, serial: 0x03, version: 0x04, count: 0xfe, size: 0xff } as const;
/** Port of DAP_Connect. */
export const SWD = 1;
/** Status of a response. */
export const OK = 0x00;

/** Request byte of a transfer ("DAP_Transfer"): access port, read; register in bits 2 and 3; value match, match mask. */
export const REQUEST = { ap: 0x01, read: 0x02, match: 0x10, mask: 0x20 } as const;
/** Response of a transfer: acknowledge in bits 0..2, SWD protocol error, value mismatch. */
export const ACK = { ok: 1, wait: 2, fault: 4, none: 7, mask: 7, protocol: 0x08, mismatch: 0x10 } as const;

/** nRESET among the bits of DAP_SWJ_Pins. */
export const PIN_RESET = 0x80;

/** Registers of the debug port (Arm Debug Interface v5.2, IHI 0031, B2.2); ABORT is written where DPIDR is read. */
export const DP = { dpidr: 0x0, abort: 0x0, ctrl: 0x4, select: 0x8, rdbuff: 0xc } as const;
/** All sticky flags of ABORT (B2.2.1). */
export const ABORT_STICKY = 0x1e;
/** CSYSPWRUPREQ and CDBGPWRUPREQ of CTRL/STAT, and the bits that grant them (B2.2.2). */
export const POWER_REQUEST = 0x50000000;
export const POWER_GRANTED = 0xa0000000;

/** Registers of a memory access port (C2.6). */
export const AP = { csw: 0x0, tar: 0x4, drw: 0xc } as const;
/** HPROT data and privileged, master debug, increment by the size: 32 bits, and 8 (C2.6.4; AHB-AP: DDI 0314, 2.2). */
export const CSW = { word: 0x23000012, byte: 0x23000010 } as const;
/** Addresses count up within 1 KiB for certain (C2.2.2). */
export const INCREMENT_BLOCK = 0x400;

/** At least 50 ones reset the line (B4.3.3); 16 bits change a JTAG and SWD port to SWD (B5.2.1); then two zeros at least. */
export const LINE_RESET_BITS = 56;
export const JTAG_TO_SWD = [0x9e, 0xe7] as const;
