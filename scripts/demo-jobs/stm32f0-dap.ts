import { asIntelHex, idleImage } from './filler.ts';
import { artefact, load, step, type DemoJob } from './job.ts';

const FLASH = 0x08000000;
const STACK = 0x20004000;
const BYTES = 16 * 1024;

/** A fan controller on a CMSIS-DAP probe: programmed, verified, its debug port closed at level 1. */
export function stm32f0DapJob(): DemoJob {
  const files = { 'firmware.hex': asIntelHex(FLASH, idleImage('YF2', FLASH, BYTES, STACK)) };
  return {
    files,
    recipe: {
      format: 'rootline-job/2',
      ...{ id: 'YF2', name: 'Fan controller', revision: 1, target: 'stm32f0-dap', rootOfTrust: 'none' },
      allowance: 500,
      artefacts: { firmware: artefact(files, 'firmware.hex', { kind: 'image' }) },
      phases: [
        step('identify', 'Identify', 'identify', 30),
        ...load('firmware'),
        step('protect', 'Read protection', 'protect', 30, { params: { level: 'RDP1' }, irreversible: true }),
        step('read-back', 'Read back', 'read-state', 30),
      ],
    },
  };
}
