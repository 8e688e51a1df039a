import { DriverError } from '#drivers/core/errors.ts';
import type { MemoryArea } from '#drivers/core/operations.ts';

/** Answer of the signature command (R01AN5562, section 6.15.2.2). */
export interface Signature {
  maxBaudRate: number;
  areaCount: number;
  /** Device type; groups of chips that share commands. */
  type: number;
  bootFirmware: string;
  /** Unique id of the silicon, 32 hex digits. */
  chipUid: string;
  /** Product name, without the blanks or zeros that pad it. */
  product: string;
}

/** One area as the ROM describes it; `0` for a unit means that the area does not take that command. */
export interface BootArea extends MemoryArea {
  readUnit: number;
  crcUnit: number;
}

const SIGNATURE_BYTES = 41;
const AREA_BYTES = 25;
/** Kinds of area (KOA): 00 and 01 code flash and its second bank, 10 data flash, 20 configuration. */
const KINDS: Readonly<Record<number, MemoryArea['kind']>> = {
  0x00: 'code',
  0x01: 'code',
  0x10: 'data',
  0x20: 'config',
};

export function parseSignature(payload: Uint8Array): Signature {
  const view = viewOf(payload, SIGNATURE_BYTES, 'signature');
  return {
    maxBaudRate: view.readUInt32BE(0),
    areaCount: view.readUInt8(4),
    type: view.readUInt8(5),
    bootFirmware: `${view.readUInt8(6)}.${view.readUInt8(7)}.${view.readUInt8(8)}`,
    chipUid: view.subarray(9, 25).toString('hex'),
    product: view
      .subarray(25, 41)
      .toString('latin1')
      .replace(/[\0 ]+$/, ''),
  };
}

export function parseArea(payload: Uint8Array): BootArea {
  const view = viewOf(payload, AREA_BYTES, 'area');
  return {
    kind: KINDS[view.readUInt8(0)] ?? 'other',
    start: view.readUInt32BE(1),
    end: view.readUInt32BE(5),
    eraseUnit: view.readUInt32BE(9),
    writeUnit: view.readUInt32BE(13),
    readUnit: view.readUInt32BE(17),
    crcUnit: view.readUInt32BE(21),
  };
}

function viewOf(payload: Uint8Array, bytes: number, what: string): Buffer {
  if (payload.length >= bytes) return Buffer.from(payload);
  throw new DriverError('bad-frame', 'An answer is too short.', {
    context: { what, length: payload.length, expected: bytes },
  });
}
