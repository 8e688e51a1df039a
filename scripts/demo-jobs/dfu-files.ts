import { suffixCrc } from '#drivers/protocols/dfu/suffix.ts';

/** Hexadecimal ids of USB as numbers. */
export interface DfuDevice {
  vendorId: number;
  productId: number;
}

const SUFFIX = 16;
const PREFIX = 11;
const TARGET = 274;
const ELEMENT = 8;
const VERSION = { plain: 0x0100, dfuse: 0x011a } as const;

/** Firmware with the suffix of DFU 1.1, appendix B: numbers of the device, signature, CRC. */
export const dfuFile = (firmware: Uint8Array, device: DfuDevice): Buffer =>
  suffixed(firmware, device, VERSION.plain);

/** One image with one element, as ST's UM0391 has it; the boot loader's internal flash is setting 0. */
export function dfuseFile(address: number, firmware: Uint8Array, device: DfuDevice): Buffer {
  const prefix = Buffer.alloc(PREFIX);
  prefix.write('DfuSe', 0, 'latin1');
  prefix[5] = 1;
  prefix.writeUInt32LE(PREFIX + TARGET + ELEMENT + firmware.length, 6);
  prefix[10] = 1;
  const target = Buffer.alloc(TARGET);
  target.write('Target', 0, 'latin1');
  target.writeUInt32LE(ELEMENT + firmware.length, TARGET - 8);
  target.writeUInt32LE(1, TARGET - 4);
  const element = Buffer.alloc(ELEMENT);
  element.writeUInt32LE(address, 0);
  element.writeUInt32LE(firmware.length, 4);
  return suffixed(Buffer.concat([prefix, target, element, firmware]), device, VERSION.dfuse);
}

function suffixed(file: Uint8Array, { vendorId, productId }: DfuDevice, version: number): Buffer {
  const suffix = Buffer.alloc(SUFFIX);
  suffix.writeUInt16LE(0xffff, 0);
  suffix.writeUInt16LE(productId, 2);
  suffix.writeUInt16LE(vendorId, 4);
  suffix.writeUInt16LE(version, 6);
  suffix.write('UFD', 8, 'latin1');
  suffix[11] = SUFFIX;
  const whole = Buffer.concat([file, suffix]);
  whole.writeUInt32LE(suffixCrc(whole.subarray(0, -4)), whole.length - 4);
  return whole;
}
