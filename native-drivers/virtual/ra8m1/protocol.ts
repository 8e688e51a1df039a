/**
 * Constants of the RA boot ROM as the simulated part speaks it. Sources: Renesas R01AN5562 (standard boot firmware of
 * Cortex-M33 parts) sections 4.6 and 6 as public tools quote it, and the public provisioning tool for RA8M1 where RA8
 * differs. R01AN7140, which Renesas' example code names for RA8M1, has not been compared.
 * Written apart from the driver's own constants on purpose: the two agree only if both read the documents alike.
 */
export const SOH = 0x01;
export const SOD = 0x81;
export const ETX = 0x03;
export const MAX_PAYLOAD = 1024;
export const ERROR_BIT = 0x80;

export const SYNC_ZERO = 0x00;
export const GENERIC_CODE = 0x55;
/** Tools written against real RA8M1 boards insist on it. */
export const BOOT_CODE = 0xc6;
export const FIRST_BAUD_RATE = 9600;
/** What public tools take for RA6 and RA8 parts: a 60 MHz SCI clock, 4 Mbit/s. */
export const MAX_BAUD_RATE = 4_000_000;

export const STATUS = {
  ok: 0x00,
  unsupported: 0x0c,
  unknownCommand: 0xc0,
  packet: 0xc1,
  checksum: 0xc2,
  flow: 0xc3,
  address: 0xd0,
  verification: 0xd1,
  alreadyProgrammed: 0xd3,
  baudMargin: 0xd4,
  notAccepted: 0xd5,
  protection: 0xda,
  mismatch: 0xdb,
  versionTooLow: 0xdc,
  erase: 0xe1,
  write: 0xe2,
  state: 0xe4,
} as const;

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
  dlmState: 0x2c,
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

/** Life-cycle states of RA8; 02 (SSD) exists on the first generation only. */
export const DLM = { cm: 0x01, ssd: 0x02, oem: 0x04, lckBoot: 0x06, rmaReq: 0x07 } as const;
/** Protection and authentication levels share their codes: 02 is level 2, 04 is level 0. */
export const LEVEL = { two: 0x02, one: 0x03, zero: 0x04 } as const;

/**
 * Second status of a refused certificate: the public provisioning tool documents `Command: 26, Response: DB, Status:
 * AAAA0204` of a real part. Renesas' FSP lists the family: AAAA0204 parameter error, AAAA0400 version too low.
 */
export const DETAIL = { none: 0xffffffff, certificate: 0xaaaa0204, versionTooLow: 0xaaaa0400 } as const;

/** A refusal: becomes an error answer with status and, where there are, second status and address. */
export class RomRefusal extends Error {
  readonly status: number;
  readonly address: number;
  readonly detail: number;

  constructor(status: number, address = 0xffffffff, detail: number = DETAIL.none) {
    super(`boot ROM status ${status.toString(16)}`);
    this.name = 'RomRefusal';
    this.status = status;
    this.address = address;
    this.detail = detail;
  }
}
