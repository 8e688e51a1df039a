import { rootMark } from '#drivers/virtual/agent/root-mark.ts';
import { asIntelHex, idleImage } from './filler.ts';
import { artefact, type DemoJob } from './job.ts';

const FLASH = 0x02000000;
const STACK = 0x22080000;
const BYTES = 32 * 1024;
/** Behind the vector table and the endless loop. */
const MARK_AT = 0x100;

/** A door lock: its keys are made in the slots of an eSecure, behind an enrolment agent that says so. */
export function esecureJob(): DemoJob {
  const image = idleImage('XE8', FLASH, BYTES, STACK);
  image.set(rootMark('esecure'), MARK_AT);
  const files = { 'firmware.hex': asIntelHex(FLASH, image) };
  return {
    files,
    recipe: {
      format: 'rootline-job/2',
      ...{ id: 'XE8', name: 'Door lock', revision: 1, target: 'ra8m1', rootOfTrust: 'esecure' },
      allowance: 500,
      artefacts: { firmware: artefact(files, 'firmware.hex', { kind: 'image' }) },
      certificate: { organization: 'Demo Devices', commonNamePrefix: 'XE8' },
      phases: [
        { id: 'identify', title: 'Identify', operation: 'identify', timeout: 30 },
        { id: 'initialize', title: 'Initialize', operation: 'initialize', timeout: 60 },
        {
          ...{ id: 'program', title: 'Program', operation: 'program', timeout: 180 },
          params: { image: 'firmware' },
        },
        {
          ...{ id: 'verify', title: 'Verify', operation: 'verify', timeout: 180 },
          params: { image: 'firmware' },
        },
        { id: 'boot', title: 'Boot application', operation: 'boot-application', timeout: 30 },
        { id: 'enrol', title: 'Make keys', operation: 'enrol', timeout: 30 },
        { id: 'csr', title: 'Certificate request', operation: 'csr', timeout: 30 },
        { id: 'issue', title: 'Issue IDevID', operation: 'issue', timeout: 30 },
        {
          ...{ id: 'inject', title: 'Inject certificate', operation: 'inject', timeout: 30 },
          params: { product: 'XE8', region: 'eu' },
        },
        { id: 'prove', title: 'Prove identity', operation: 'prove', timeout: 30 },
        {
          ...{ id: 'lock', title: 'Lock', operation: 'lock', irreversible: true, timeout: 30 },
          params: { disableInitialize: true, lockBoot: true },
        },
        { id: 'read-back', title: 'Read back', operation: 'read-state', timeout: 30 },
      ],
    },
  };
}
