import { dfuseFile } from './dfu-files.ts';
import { idleImage } from './filler.ts';
import { artefact, load, step, type DemoJob } from './job.ts';

const FLASH = 0x08000000;
const STACK = 0x20020000;
const BYTES = 32 * 1024;
/** ST's boot loader (AN2606). */
const DEVICE = { vendorId: 0x0483, productId: 0xdf11 };

/** A lamp controller: a file of ST's over USB, verified, read-protected. */
export function stm32DfuJob(): DemoJob {
  const files = { 'firmware.dfu': dfuseFile(FLASH, idleImage('YL7', FLASH, BYTES, STACK), DEVICE) };
  return {
    files,
    recipe: {
      format: 'rootline-job/2',
      ...{ id: 'YL7', name: 'Lamp controller', revision: 1, target: 'stm32-dfu', rootOfTrust: 'none' },
      allowance: 500,
      artefacts: { firmware: artefact(files, 'firmware.dfu', { kind: 'dfuse' }) },
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
