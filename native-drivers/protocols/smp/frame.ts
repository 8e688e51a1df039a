import { SMP_HEADER_BYTES, type SmpOp } from './constants.ts';

/** One SMP packet: header fields and the CBOR payload as bytes. */
export interface SmpPacket {
  op: SmpOp;
  version: number;
  flags: number;
  group: number;
  sequence: number;
  command: number;
  payload: Uint8Array;
}

/** Header, big-endian: op and version, flags, payload length 2, group 2, sequence, command (Zephyr "SMP Protocol Specification"). */
export function packPacket(packet: SmpPacket): Uint8Array {
  const bytes = new Uint8Array(SMP_HEADER_BYTES + packet.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, (packet.version << 3) | packet.op);
  view.setUint8(1, packet.flags);
  view.setUint16(2, packet.payload.length);
  view.setUint16(4, packet.group);
  view.setUint8(6, packet.sequence);
  view.setUint8(7, packet.command);
  bytes.set(packet.payload, SMP_HEADER_BYTES);
  return bytes;
}

/** Null when the header is short, names an unknown operation, or disagrees with the length at hand. */
export function unpackPacket(bytes: Uint8Array): SmpPacket | null {
  if (bytes.length < SMP_HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = view.getUint8(0);
  const op = first & 0x07;
  if (op > 3 || view.getUint16(2) !== bytes.length - SMP_HEADER_BYTES) return null;
  return {
    op: op as SmpOp,
    version: (first >> 3) & 0x03,
    flags: view.getUint8(1),
    group: view.getUint16(4),
    sequence: view.getUint8(6),
    command: view.getUint8(7),
    payload: Uint8Array.from(bytes.subarray(SMP_HEADER_BYTES)),
  };
}
