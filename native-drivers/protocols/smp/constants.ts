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

export const SmpGroup = { os: 0, image: 1, enrolment: 66 } as const;
/** `consoleEcho`: newtmgr's; MCUboot answers it in every build, Zephyr refuses it: either shows that somebody is there. */
export const OsCommand = { echo: 0, consoleEcho: 1, reset: 5, parameters: 6 } as const;
/** Zephyr documentation, "Application/software image management group". */
export const ImageCommand = { state: 0, upload: 1, erase: 5, slotInfo: 6 } as const;

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

/** `rc` of the image group in version 2 (Zephyr, img_mgmt.h, `img_mgmt_err_code_t`), as far as they have a meaning here. */
export const ImageError = {
  noImage: 3,
  hashNotFound: 8,
  noFreeSlot: 9,
  flashWriteFailed: 12,
  flashEraseFailed: 13,
  invalidOffset: 20,
  invalidLength: 21,
  invalidHeader: 22,
  invalidMagic: 23,
  invalidHash: 24,
  invalidFlashAddress: 25,
  currentIsNewer: 27,
  alreadyPending: 28,
  tooLarge: 30,
  overrun: 31,
  confirmDenied: 32,
  testOfActive: 33,
} as const;
