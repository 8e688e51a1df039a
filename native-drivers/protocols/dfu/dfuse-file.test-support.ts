import { suffixCrc } from './suffix.ts';

interface Element {
  address: number;
  bytes: Uint8Array;
}

/** A file of ST's with one target for alternate setting 0 (UM0391, sections 2.1 to 2.3). */
export function dfuseFile(elements: readonly Element[], vendorId = 0x0483, productId = 0xdf11): Uint8Array {
  const body = Buffer.concat(
    elements.map(({ address, bytes }) => {
      const head = Buffer.alloc(8);
      head.writeUInt32LE(address);
      head.writeUInt32LE(bytes.length, 4);
      return Buffer.concat([head, bytes]);
    }),
  );
  const target = Buffer.alloc(274);
  target.write('Target');
  target.writeUInt32LE(body.length, 266);
  target.writeUInt32LE(elements.length, 270);
  const prefix = Buffer.alloc(11);
  prefix.write('DfuSe\u0001', 'latin1');
  prefix.writeUInt32LE(prefix.length + target.length + body.length, 6);
  prefix.writeUInt8(1, 10);
  const suffix = Buffer.alloc(16);
  suffix.writeUInt16LE(0xffff);
  suffix.writeUInt16LE(productId, 2);
  suffix.writeUInt16LE(vendorId, 4);
  suffix.writeUInt16LE(0x011a, 6);
  suffix.write('UFD', 8);
  suffix.writeUInt8(suffix.length, 11);
  const file = Buffer.concat([prefix, target, body, suffix]);
  file.writeUInt32LE(suffixCrc(file.subarray(0, -4)), file.length - 4);
  return Uint8Array.from(file);
}
