import { DriverError } from '#drivers/core/errors.ts';

/** Count, CRC: what is in a packet beside its content. */
const FRAME_BYTES = 3;
/** Data sheet, "I/O Transactions": at least four bytes, at most 155. */
const LONGEST = 155;

/**
 * CRC-16 of polynomial 8005, start 0, each byte least significant bit first, register not reflected (data sheet,
 * "I/O Transactions"); it goes low byte first.
 */
export function crcOf(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes)
    for (let bit = 0; bit < 8; bit += 1) {
      const differs = ((byte >> bit) & 1) !== crc >> 15;
      crc = ((crc << 1) & 0xffff) ^ (differs ? 0x8005 : 0);
    }
  return crc;
}

/** Count, content, CRC: the shape of commands and of answers. */
export function packetOf(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + FRAME_BYTES);
  bytes[0] = bytes.length;
  bytes.set(content, 1);
  const crc = crcOf(bytes.subarray(0, -2));
  bytes.set([crc & 0xff, crc >> 8], bytes.length - 2);
  return bytes;
}

export interface Command {
  op: number;
  p1?: number;
  p2?: number;
  data?: Uint8Array;
}

/** Opcode, first parameter, second parameter low byte first, data (data sheet, "Command Packets"). */
export function commandPacket({ op, p1 = 0, p2 = 0, data = new Uint8Array(0) }: Command): Uint8Array {
  return packetOf(Uint8Array.of(op, p1, p2 & 0xff, p2 >> 8, ...data));
}

/** What is in a packet. Null for one that is broken: count or CRC do not fit. */
export function contentOf(packet: Uint8Array): Uint8Array | null {
  const length = packet[0] ?? 0;
  if (length < FRAME_BYTES + 1 || length > LONGEST || length !== packet.length) return null;
  const crc = crcOf(packet.subarray(0, -2));
  const fits = packet[length - 2] === (crc & 0xff) && packet[length - 1] === crc >> 8;
  return fits ? packet.slice(1, -2) : null;
}

/** Address of a word in a zone: word in bits 0 to 2, then block; data slots have theirs between (calib_get_addr). */
export const configAddress = (offset: number): number => offset >> 2;
export function slotAddress(slot: number, block: number): number {
  if (slot < 0 || slot > 15)
    throw new DriverError('bad-argument', 'There are slots 0 to 15.', {
      chip: 'untouched',
      context: { slot },
    });
  return (slot << 3) | (block << 8);
}
