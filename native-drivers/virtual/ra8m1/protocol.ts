import { NO_DETAIL } from '../ra-rom/protocol.ts';

/**
 * Constants of the RA8M1's boot ROM beside those that RA parts have in common: the public provisioning tool for RA8M1.
 * R01AN7140, which Renesas' example code names for RA8M1, has not been compared.
 */

/** Tools written against real RA8M1 boards insist on it. */
export const BOOT_CODE = 0xc6;

/** Life-cycle states of RA8; 02 (SSD) exists on the first generation only. */
export const DLM = { cm: 0x01, ssd: 0x02, oem: 0x04, lckBoot: 0x06, rmaReq: 0x07 } as const;
/** Protection and authentication levels share their codes: 02 is level 2, 04 is level 0. */
export const LEVEL = { two: 0x02, one: 0x03, zero: 0x04 } as const;

/**
 * Second status of a refused certificate: the public provisioning tool documents `Command: 26, Response: DB, Status:
 * AAAA0204` of a real part. Renesas' FSP lists the family: AAAA0204 parameter error, AAAA0400 version too low.
 */
export const DETAIL = { none: NO_DETAIL, certificate: 0xaaaa0204, versionTooLow: 0xaaaa0400 } as const;
