import { crc16Xmodem } from '#drivers/core/crc16.ts';
import { HAS_DATA, HEADER_BYTES, PACKET, START } from './constants.ts';

/** A packet of two bytes: ping, ack, nak, abort. */
export const shortPacket = (type: number): Uint8Array => Uint8Array.of(START, type);

/** CRC over the whole packet but the CRC itself (KL27 reference manual, 13.3.7.3). */
export function framePacket(type: number, payload: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES + payload.length);
  bytes[0] = START;
  bytes[1] = type;
  bytes.writeUInt16LE(payload.length, 2);
  bytes.set(payload, HEADER_BYTES);
  bytes.writeUInt16LE(frameCrc(bytes), 4);
  return bytes;
}

export function frameCrc(packet: Uint8Array): number {
  return crc16Xmodem(packet.subarray(HEADER_BYTES), crc16Xmodem(packet.subarray(0, 4)));
}

export interface CommandPacket {
  tag: number;
  hasData: boolean;
  parameters: readonly number[];
}

/** Header of four bytes, then 32-bit parameters, low byte first (13.3.7.4). */
export function commandPayload({ tag, hasData, parameters }: CommandPacket): Uint8Array {
  const bytes = Buffer.alloc(4 + parameters.length * 4);
  bytes.set([tag, hasData ? HAS_DATA : 0, 0, parameters.length]);
  parameters.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, 4 + index * 4));
  return bytes;
}

/** Null for a payload that is no command packet. Bytes after the last parameter are padding. */
export function parseCommand(payload: Uint8Array): CommandPacket | null {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  const [tag, flags, , count] = bytes;
  if (tag === undefined || flags === undefined || count === undefined) return null;
  if (bytes.length < 4 + count * 4) return null;
  const parameters = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(4 + index * 4));
  return { tag, hasData: (flags & HAS_DATA) !== 0, parameters };
}

export const commandFrame = (packet: CommandPacket): Uint8Array =>
  framePacket(PACKET.command, commandPayload(packet));
