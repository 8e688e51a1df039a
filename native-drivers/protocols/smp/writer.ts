import { CONTINUATION_MARKER, LINE_BYTES, NEWLINE, SMP_CRC_BYTES, START_MARKER } from './constants.ts';
import { crc16Xmodem } from '#drivers/core/crc16.ts';
import { packPacket, type SmpPacket } from './frame.ts';

const FRAMING = START_MARKER.length + 1;

/**
 * A packet as lines of the serial console: marker + base64(length 2, packet, CRC 2 in one stream) + newline.
 * Each line is base64 of its own, three bytes to four characters, so that a receiver may decode line by line.
 */
export function writePacket(packet: SmpPacket, lineBytes: number = LINE_BYTES): Uint8Array {
  const body = packPacket(packet);
  const stream = Buffer.alloc(2 + body.length + SMP_CRC_BYTES);
  stream.writeUInt16BE(body.length + SMP_CRC_BYTES, 0);
  stream.set(body, 2);
  stream.writeUInt16BE(crc16Xmodem(body), 2 + body.length);
  const perLine = Math.floor((lineBytes - FRAMING) / 4) * 3;
  const lines: Buffer[] = [];
  for (let at = 0; at < stream.length; at += perLine) {
    const text = Buffer.from(stream.toString('base64', at, Math.min(at + perLine, stream.length)), 'latin1');
    lines.push(Buffer.from(at === 0 ? START_MARKER : CONTINUATION_MARKER), text, Buffer.of(NEWLINE));
  }
  return new Uint8Array(Buffer.concat(lines));
}
