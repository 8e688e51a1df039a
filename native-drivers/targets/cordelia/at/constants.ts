/**
 * The AT interface of the Cordelia-I module. Sources, all public: [QS] Würth Elektronik, "Cordelia-I quick start" exercises
 * (1: UART terminal, 2: files and AWS); [SDK] Würth Elektronik, Wireless Connectivity SDK for STM32 2.5.0, Cordelia-I driver
 * (ATDevice, ATEvent, ATFile) and QuarkLink example; [CLICK] MikroElektronika, Cordelia-I Click driver, header. What none of
 * them says is marked as assumed.
 */

/** [QS] 1; 8N1, no flow control needed. */
export const BAUD_RATE = 115_200;
/** [QS] 1, "Sending commands": requests, confirmations and events all end with it. */
export const LINE_END = '\r\n';
/** Assumed: a file chunk of 750 bytes is 1000 characters of base64, and the words before it are fewer than 100. */
export const LONGEST_LINE = 2048;

/** [CLICK], "Device response time for AT commands", milliseconds. */
export const WAIT = {
  answer: 5000,
  ready: 10_000,
  factoryReset: 90_000,
  wlan: 30_000,
  /** Assumed: no document says how long an enrolment may take; it is WLAN and two TLS connections. */
  enrol: 60_000,
} as const;

/**
 * [SDK], ATFile: what is sent in one go, 750 characters of base64 at most, and what is asked for in one, 750 bytes. Bytes, whole
 * groups of three.
 */
export const PIECE = { write: 558, read: 750 } as const;
/** [SDK], file commands: format of data in a command. */
export const BASE64 = 1;
/** [SDK] and its PowerShell tools: the file does not exist. */
export const FILE_NOT_FOUND = -10_341;
/** Size that a file is made with, bytes: [QS] 2 asks for no less ([SDK] takes 1024). The largest is assumed. */
export const FILE_SIZE = { least: 4096, most: 65_536 } as const;

/** [SDK] events; [QS] shows the first three with their arguments. */
export const EVENT = {
  startup: '+eventstartup',
  wlan: '+eventwlan',
  address: '+eventnetapp',
  fatal: '+eventfatalerror',
  /** [SDK], ATEvent: `info` or `error`, words in quotes, a code. */
  iot: '+eventiot',
} as const;

/**
 * Two spellings of one command: newer firmware knows the first ([CLICK], [SDK]), older text has the second. Unknown
 * commands are refused and do nothing ([QS] 1: "an error code").
 */
export const ENROL = ['AT+iotenrol', 'AT+iot=enrol'] as const;
export type Dialect = 'iotenrol' | 'iot=enrol';
/** What the module says in the end: an event of newer firmware ([SDK], QuarkLink example), a line of its own in older text. */
export const ENROLLED_EVENT = 'info,"ENROLMENT_COMPLETE"';
export const ENROLLED_TEXT = 'Enrolment complete';
export const REVOKED_TEXT = 'Device is revoked';
