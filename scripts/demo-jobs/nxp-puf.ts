import { asIntelHex, idleImage } from './filler.ts';
import { artefact, type DemoJob, type RecipeFile2 } from './job.ts';

const STACK = 0x20044000;
const BYTES = 32 * 1024;

/** A secure sensor: its PUF is enrolled and makes two keys that nobody ever sees. */
export function nxpPufJob(): DemoJob {
  const files = { 'firmware.hex': asIntelHex(0, idleImage('XS5', 0, BYTES, STACK)) };
  const key = (id: string, title: string, slot: string): RecipeFile2['phases'][number] => ({
    ...{ id, title, operation: 'generate-key', irreversible: true, timeout: 30 },
    params: { slot, bytes: 32 },
  });
  return {
    files,
    recipe: {
      format: 'rootline-job/2',
      ...{ id: 'XS5', name: 'Secure sensor', revision: 1, target: 'nxp-puf', rootOfTrust: 'nxp-puf' },
      allowance: 500,
      artefacts: { firmware: artefact(files, 'firmware.hex', { kind: 'image' }) },
      phases: [
        { id: 'identify', title: 'Identify', operation: 'identify', timeout: 30 },
        { id: 'erase', title: 'Erase', operation: 'initialize', timeout: 60 },
        {
          ...{ id: 'program', title: 'Program', operation: 'program', timeout: 180 },
          params: { image: 'firmware' },
        },
        {
          ...{ id: 'verify', title: 'Verify', operation: 'verify', timeout: 180 },
          params: { image: 'firmware' },
        },
        { id: 'enrol', title: 'Enrol PUF', operation: 'enrol', irreversible: true, timeout: 30 },
        key('user-key', 'User key', 'USERKEK'),
        key('device-secret', 'Device secret', 'UDS'),
        { id: 'read-back', title: 'Read back', operation: 'read-state', timeout: 30 },
      ],
    },
  };
}
