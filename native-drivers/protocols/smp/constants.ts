/**
 * Numbers of the Simple Management Protocol as Zephyr and MCUboot speak it.
 * Sources: Zephyr documentation, "SMP Protocol Specification", "SMP Transport Specification" (UART/serial and console)
 * and "Default/OS Management Group"; the enrolment group is ours: docs/protocols/enrolment-agent.md.
 */

/** Lower three bits of the first header byte. A response is its request plus one. */
export const SmpOp = { read: 0, readResponse: 1, write: 2, writeResponse: 3 } as const;
export type SmpOp = (typeof SmpOp)[keyof typeof SmpOp];

/** Bits 3..4 of the first header byte: 1 = SMP version 2, errors as `err: {group, rc}`. */
export const SMP_VERSION_LEGACY = 0;
export const SMP_VERSION_2 = 1;

export const SMP_HEADER_BYTES = 8;
export const SMP_CRC_BYTES = 2;

/** First line of a packet and every further line of it. */
export const START_MARKER = [0x06, 0x09] as const;
export const CONTINUATION_MARKER = [0x04, 0x14] as const;
export const NEWLINE = 0x0a;
export const CARRIAGE_RETURN = 0x0d;

/** Longest line we send: marker, 124 base64 characters, newline. */
export const LINE_BYTES = 127;
/** Longest line we accept: the limit of 127 is the sender's, no need of the protocol, and some tools exceed it. */
export const MAX_LINE_BYTES = 8192;

export const SmpGroup = { os: 0, enrolment: 66 } as const;
export const OsCommand = { echo: 0, reset: 5, parameters: 6 } as const;

/** Errors of SMP itself (Zephyr, `mcumgr_err_t`), in `rc` of version 1 and of group-less failures. */
export const MgmtError = {
  ok: 0,
  unknown: 1,
  noMemory: 2,
  invalid: 3,
  timeout: 4,
  noEntry: 5,
  badState: 6,
  messageSize: 7,
  notSupported: 8,
  corrupt: 9,
  busy: 10,
  accessDenied: 11,
} as const;
