import { generateKeyPairSync } from 'node:crypto';
import { idleImage } from './filler.ts';
import { artefact, type DemoJob, type RecipeFile2 } from './job.ts';
import { mcubootImage } from './mcuboot-image.ts';

/** nRF52840: where slot 0 begins behind the boot loader, and the end of its RAM. */
const SLOT = 0x10000;
const STACK = 0x20040000;
const HEADER_BYTES = 0x200;
const BYTES = 32 * 1024;

/** A mesh node: through the boot loader's serial recovery, started, and held to what its application says of itself. */
export function smpJob(): DemoJob {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = idleImage('ZN6', SLOT + HEADER_BYTES, BYTES, STACK);
  const files = { 'application.signed.bin': mcubootImage([1, 4, 0], body, privateKey) };
  return { files, recipe: recipe(files) };
}

function recipe(files: DemoJob['files']): RecipeFile2 {
  return {
    format: 'rootline-job/2',
    ...{ id: 'ZN6', name: 'Mesh node', revision: 1, target: 'smp', rootOfTrust: 'none', allowance: 500 },
    artefacts: { application: artefact(files, 'application.signed.bin', { kind: 'mcuboot-image' }) },
    phases: [
      { id: 'identify', title: 'Identify', operation: 'identify', timeout: 30 },
      {
        ...{ id: 'program', title: 'Program', operation: 'program', timeout: 180 },
        params: { image: 'application' },
      },
      {
        ...{ id: 'verify', title: 'Verify', operation: 'verify', timeout: 60 },
        params: { image: 'application' },
      },
      { id: 'start', title: 'Start', operation: 'start-firmware', timeout: 60 },
      {
        ...{ id: 'confirm', title: 'Confirm', operation: 'move-lifecycle', timeout: 60 },
        params: { to: 'CONFIRM' },
        irreversible: true,
      },
      { id: 'read-back', title: 'Read back', operation: 'read-state', timeout: 60 },
    ],
  };
}
