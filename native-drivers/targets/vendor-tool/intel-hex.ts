import type { Image } from '#drivers/core/image.ts';

/** Data bytes of a record: what every reader takes. */
const RECORD_BYTES = 16;
const DATA = 0x00;
const END = 0x01;
const EXTENDED_LINEAR_ADDRESS = 0x04;

/** An image as Intel HEX with 32-bit addresses (Intel, "Hexadecimal Object File Format Specification", 1988). */
export function intelHexOf(image: Image): string {
  const lines: string[] = [];
  let upper = -1;
  for (const { address, bytes } of image.segments) {
    for (let at = 0; at < bytes.length;) {
      const place = address + at;
      // A record must not cross a border of 64 KiB: its offset has 16 bits.
      const room = Math.min(RECORD_BYTES, 0x1_0000 - (place & 0xffff), bytes.length - at);
      if (place >>> 16 !== upper) {
        upper = place >>> 16;
        lines.push(record(0, EXTENDED_LINEAR_ADDRESS, Uint8Array.of(upper >>> 8, upper & 0xff)));
      }
      lines.push(record(place & 0xffff, DATA, bytes.subarray(at, at + room)));
      at += room;
    }
  }
  return `${[...lines, record(0, END, new Uint8Array(0))].join('\n')}\n`;
}

function record(offset: number, type: number, data: Uint8Array): string {
  const bytes = [data.length, offset >>> 8, offset & 0xff, type, ...data];
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return `:${Buffer.from([...bytes, -sum & 0xff])
    .toString('hex')
    .toUpperCase()}`;
}
