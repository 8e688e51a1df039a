import { CODE_END, CODE_START, DATA_BYTES, DATA_START } from '../ra8m1/memory-map.ts';
import { dlmName, levelName, type Part } from '../ra8m1/part.ts';
import type { ChipHardware } from './firmware.ts';

const DATA_BLOCK = 64;

/** A part as the firmware on it sees it. Addresses outside the memory throw RangeError, as a bus fault would. */
export function hardwareOf(
  part: Part,
  surroundings: Pick<ChipHardware, 'temperature' | 'fault'>,
): ChipHardware {
  return {
    uid: Uint8Array.from(part.uid),
    lifecycle: () => ({
      dlm: dlmName(part.dlm),
      protection: levelName('PL', part.protection),
      authentication: levelName('AL', part.protection),
    }),
    readCode: (address, length) => {
      check(address, length, CODE_START, CODE_END);
      return part.flash.read(address, length);
    },
    readData: (address, length) => {
      checkData(address, length);
      return part.flash.read(address, length);
    },
    writeData: (address, bytes) => {
      checkData(address, bytes.length);
      part.flash.program(address, bytes);
    },
    eraseData: (address, length) => {
      checkData(address, length);
      if (address % DATA_BLOCK !== 0 || length % DATA_BLOCK !== 0)
        throw new RangeError('data flash is erased in blocks of 64 bytes');
      part.flash.erase(address, length);
    },
    ...surroundings,
  };
}

function checkData(address: number, length: number): void {
  check(address, length, DATA_START, DATA_START + DATA_BYTES - 1);
}

function check(address: number, length: number, start: number, end: number): void {
  if (address < start || address + length - 1 > end)
    throw new RangeError(`no memory at 0x${address.toString(16)}, ${length} bytes`);
}
