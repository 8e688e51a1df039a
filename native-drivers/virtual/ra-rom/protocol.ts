/**
 * What the boot ROMs of RA and RX parts have in common, as the simulated parts speak it: Renesas R01AN5562 (standard boot
 * firmware of Cortex-M33 parts) sections 4.6 and 6, as public tools quote it.
 * Written apart from the driver's own constants on purpose: the two agree only if both read the documents alike.
 */
export const SOH = 0x01;
export const SOD = 0x81;
export const ETX = 0x03;
export const MAX_PAYLOAD = 1024;
export const ERROR_BIT = 0x80;

export const SYNC_ZERO = 0x00;
export const GENERIC_CODE = 0x55;
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
  notBlank: 0xe0,
  erase: 0xe1,
  write: 0xe2,
  state: 0xe4,
} as const;

/** Commands of both generations of RA; RX has the first four and the baud rate in common with them. */
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

export const NO_DETAIL = 0xffffffff;

/** A refusal: becomes an error answer with status and, where there are, second status and address. */
export class RomRefusal extends Error {
  readonly status: number;
  readonly address: number;
  readonly detail: number;

  constructor(status: number, address = 0xffffffff, detail: number = NO_DETAIL) {
    super(`boot ROM status ${status.toString(16)}`);
    this.name = 'RomRefusal';
    this.status = status;
    this.address = address;
    this.detail = detail;
  }
}
