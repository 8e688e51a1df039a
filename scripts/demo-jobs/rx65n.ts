import { randomBytes } from 'node:crypto';
import { asIntelHex, filler } from './filler.ts';
import { artefact, load, step, type DemoJob } from './job.ts';
import { wrappedForBench } from './wrapped-key.ts';

/** Code flash of an RX ends at the top of the address space, its fixed vectors with it (RX65N hardware manual, "Vector Table"). */
const TOP = 0x1_0000_0000;
const BYTES = 32 * 1024;
const FIXED_VECTORS = 128;
/** `bra.b` to itself (RX family software manual, BRA). */
const ENDLESS = Buffer.from('2e00', 'hex');

/** A motor drive: programmed, verified, and given a wrapped key that its firmware hands to the TSIP. */
export function rx65nJob(): DemoJob {
  const files = {
    'firmware.hex': asIntelHex(TOP - BYTES, idleRx()),
    'motion-key.rkey': wrappedForBench(randomBytes(16)),
  };
  return {
    files,
    recipe: {
      format: 'rootline-job/2',
      ...{ id: 'TM5', name: 'Motor drive', revision: 1, target: 'rx65n', rootOfTrust: 'renesas-tsip' },
      allowance: 500,
      artefacts: {
        firmware: artefact(files, 'firmware.hex', { kind: 'image' }),
        motionKey: artefact(files, 'motion-key.rkey', { kind: 'rkey' }),
      },
      phases: [
        step('identify', 'Identify', 'identify', 30),
        step('erase', 'Erase', 'initialize', 120),
        ...load('firmware'),
        step('motion-key', 'Motion key', 'inject-key', 30, {
          params: { slot: 'DATA:00', key: 'motionKey' },
        }),
        step('read-back', 'Read back', 'read-state', 30),
      ],
    },
  };
}

/** An endless loop that every fixed vector points at, and filler. */
function idleRx(): Buffer {
  const image = filler('TM5', BYTES);
  image.set(ENDLESS);
  for (let at = BYTES - FIXED_VECTORS; at < BYTES; at += 4) image.writeUInt32LE(TOP - BYTES, at);
  return image;
}
