/**
 * Boot protocol of RX parts with the frames of RA (RX64M, RX65N, RX71M, RX72M, RX72T): read off a public tool that programs
 * such parts (hirakuni45/RX, rxprog: rx64m_, rx65x_ and rx72t_protocol.hpp). Renesas' own notes for it were not at hand.
 */

/** Boot codes: C1 RX64M, RX71M, RX72M, RX72T; C2 RX65N, RX651. */
export const RX_BOOT_CODE = { rx64m: 0xc1, rx65n: 0xc2 } as const;
export const RX_BOOT_CODES: readonly number[] = Object.values(RX_BOOT_CODE);

export const RX_COMMAND = {
  inquiry: 0x00,
  blankCheck: 0x10,
  erase: 0x12,
  write: 0x13,
  read: 0x15,
  authenticationMode: 0x2c,
  authenticate: 0x30,
  clock: 0x32,
  baudRate: 0x34,
  endian: 0x36,
  deviceType: 0x38,
} as const;

/** For the words of an error. */
export const RX_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(RX_COMMAND).map(([name, code]) => [code, name]),
);

/** Command 36. */
export const LITTLE_ENDIAN = 0x01;
/** Command 32: input clock and system clock, Hz, as the tool asks every part for, whatever its crystal is. */
export const INPUT_CLOCK = 16_000_000;
export const SYSTEM_CLOCK = 120_000_000;
/** Command 2C: an ID code is asked for, or none. */
export const ID_NEEDED = 0x00;
export const ID_NOT_NEEDED = 0xff;
/** Bytes of one write and one read. */
export const RX_PAGE = 256;
/** Status of a blank check that found something. */
export const NOT_BLANK = 'not-blank';
/** Unique id registers UIDR0..3 of RX65N and RX72M (hardware manuals). That the boot ROM shows them is an assumption. */
export const RX_UNIQUE_ID = { address: 0xfe7f7d90, length: 16 } as const;
