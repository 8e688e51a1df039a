import { addressesOf, flashCommands } from '../ra-rom/flash-commands.ts';
import type { Range } from '../ra-rom/memory-map.ts';
import { RomRefusal, STATUS } from '../ra-rom/protocol.ts';
import { DLM, type Gen1Part } from './part.ts';
import type { Gen1Commands, Gen1Session } from './session.ts';

const KIB = 1024;
const DATA_START = 0x08000000;

/** Erase, write, read, CRC by the areas and the life cycle of one part. */
export function memoryCommands(part: Gen1Part): Gen1Commands {
  const { memory } = part.device;
  return flashCommands<Gen1Session>({ rangeOf, areaOf: (address) => memory.areaOf(address) });
}

/** SSD reaches all, NSECSD what lies above the boundary, any other state nothing (assumed after the DLM chapter of FSP). */
function rangeOf(rom: Gen1Session, payload: Uint8Array): Range {
  const [start, end] = addressesOf(payload);
  const range = rom.part.device.memory.resolve(start, end);
  if (range === null) throw new RomRefusal(STATUS.address, start);
  const { dlm } = rom.part;
  const reached = dlm === DLM.SSD || (dlm === DLM.NSECSD && isNonSecure(rom.boundary, range));
  if (!reached) throw new RomRefusal(STATUS.protection, start);
  return range;
}

function isNonSecure(boundary: Uint8Array, { kind, start }: Range): boolean {
  const words = Buffer.from(boundary);
  if (kind === 'code') return start >= words.readUInt16BE(2) * KIB;
  return kind === 'data' && start >= DATA_START + words.readUInt16BE(4) * KIB;
}
