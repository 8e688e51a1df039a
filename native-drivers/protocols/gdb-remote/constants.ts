/**
 * GDB remote serial protocol: "Debugging with GDB", appendix E. Sections named here are those of the manual of GDB 13.
 * E.1 Overview: `$data#cc`, checksum modulo 256 in two hex digits, `}` escapes with XOR 20, `*` repeats.
 */
export const START = 0x24;
export const END = 0x23;
export const ESCAPE = 0x7d;
export const ESCAPE_XOR = 0x20;
export const REPEAT = 0x2a;
/** E.1: the repeat count is this much below the character's code. */
export const REPEAT_BASE = 29;
/** E.8 Notification Packets: `%data#cc`, never acknowledged. */
export const NOTIFICATION = 0x25;
export const ACK = 0x2b;
export const NACK = 0x2d;
/** E.9 Interrupts. */
export const INTERRUPT = 0x03;

/** E.4 General Query Packets, `qSupported`: packets of this size where a stub names none. Assumed: the manual has 400. */
export const DEFAULT_PACKET_BYTES = 400;
/** `$`, `#` and two digits: `PacketSize` counts them (E.4). */
export const FRAME_BYTES = 4;
/** No stub is known that takes more; a larger `PacketSize` is not used, so that memory stays bounded. */
export const MOST_PACKET_BYTES = 0x10000;

/** GDB's own time-out of an answer is 2 s (20.4 Remote Configuration, `set remotetimeout`); a busy machine doubles it. */
export const ANSWER_MS = 4000;
/** A first try is short: a stub that has just been opened may have eaten the question with what came before. */
export const CONNECT_MS = 1000;
export const CONNECT_ATTEMPTS = 4;
/** One sector: STM32F405 data sheet DS8626, table 40, 128 KiB at the slowest 4 s; the most of other parts is not known. */
export const ERASE_MS = 12_000;
/** All of a part: DS8626, table 40, 32 s at the slowest; what a monitor command may take. */
export const MONITOR_MS = 40_000;
/** A block of a packet into flash; stubs may hold it back until `vFlashDone`. */
export const FLASH_WRITE_MS = 12_000;
/** Packets under way at once where a stub takes no acknowledgements: two keep the wire full, four cover a slow host. */
export const WINDOW = 4;
/** Attempts at one packet that the stub refuses by `-`. */
export const SEND_ATTEMPTS = 4;
/** Text of one monitor command that is kept. */
export const MOST_MONITOR_BYTES = 0x10000;
