import { DriverError } from '#drivers/core/errors.ts';
import { PartInMemory } from '../agent/part-in-memory.ts';
import type { BenchFlash } from '../control/messages.ts';

/** A copy of the part in a socket, as its data flash stands, to be powered up outside of the bench. Throws `bad-argument`. */
export function partFromBench(flash: BenchFlash): PartInMemory {
  const part = new PartInMemory(Uint8Array.from(Buffer.from(flash.uid, 'hex')));
  const bytes = Buffer.from(flash.data, 'base64');
  if (bytes.length !== part.data.length)
    throw new DriverError('bad-argument', 'This is not the data flash of a part that enrols.');
  part.writeData(flash.address, bytes);
  part.dlm = flash.dlm ?? part.dlm;
  return part;
}
