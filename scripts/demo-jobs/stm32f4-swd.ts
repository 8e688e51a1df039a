import { asIntelHex, idleImage } from './filler.ts';
import { artefact, load, step, type DemoJob } from './job.ts';

const FLASH = 0x08000000;
const STACK = 0x20020000;
const BYTES = 32 * 1024;

/** A power meter on a debug probe that speaks GDB's protocol: programmed, verified, its debug port closed at level 1. */
export function stm32f4SwdJob(): DemoJob {
  const files = { 'firmware.hex': asIntelHex(FLASH, idleImage('VP4', FLASH, BYTES, STACK)) };
  return {
    files,
    recipe: {
      format: 'rootline-job/2',
      ...{ id: 'VP4', name: 'Power meter', revision: 1, target: 'stm32f4-swd', rootOfTrust: 'none' },
      allowance: 500,
      artefacts: { firmware: artefact(files, 'firmware.hex', { kind: 'image' }) },
      phases: [
        step('identify', 'Identify', 'identify', 30),
        step('erase', 'Erase', 'initialize', 60),
        ...load('firmware'),
        step('protect', 'Read protection', 'protect', 30, { params: { level: 'RDP1' }, irreversible: true }),
        step('read-back', 'Read back', 'read-state', 30),
      ],
    },
  };
}
