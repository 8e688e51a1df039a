import { asIntelHex, idleImage } from './filler.ts';
import { artefact, type DemoJob } from './job.ts';

const FLASH = 0x08000000;
const STACK = 0x20020000;
const BYTES = 32 * 1024;

/** A valve meter: programmed, verified, read-protected. Level 1 hides the part's id: what follows cannot name it any more. */
export function stm32f4Job(): DemoJob {
  const files = { 'firmware.hex': asIntelHex(FLASH, idleImage('VM2', FLASH, BYTES, STACK)) };
  return {
    files,
    recipe: {
      format: 'rootline-job/2',
      ...{ id: 'VM2', name: 'Valve meter', revision: 1, target: 'stm32f4', rootOfTrust: 'none' },
      allowance: 500,
      artefacts: { firmware: artefact(files, 'firmware.hex', { kind: 'image' }) },
      phases: [
        { id: 'identify', title: 'Identify', operation: 'identify', timeout: 30 },
        { id: 'erase', title: 'Erase', operation: 'initialize', timeout: 60 },
        {
          ...{ id: 'program', title: 'Program', operation: 'program', timeout: 180 },
          params: { image: 'firmware' },
          limits: [{ name: 'wire-share', min: 20 }],
        },
        {
          ...{ id: 'verify', title: 'Verify', operation: 'verify', timeout: 180 },
          params: { image: 'firmware' },
        },
        {
          ...{ id: 'protect', title: 'Read protection', operation: 'protect', timeout: 30 },
          params: { level: 'RDP1' },
          irreversible: true,
        },
        { id: 'read-back', title: 'Read back', operation: 'read-state', timeout: 30 },
      ],
    },
  };
}
