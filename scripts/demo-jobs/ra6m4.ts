import { randomBytes } from 'node:crypto';
import { asIntelHex, idleImage } from './filler.ts';
import { artefact, type DemoJob } from './job.ts';
import { wrappedForBench } from './wrapped-key.ts';

const STACK = 0x20040000;
const BYTES = 32 * 1024;

/** A gateway: a wrapped user key, the border of its secure world, and the lock. */
export function ra6m4Job(): DemoJob {
  const files = {
    'firmware.hex': asIntelHex(0, idleImage('WG3', 0, BYTES, STACK)),
    'user-key.rkey': wrappedForBench(randomBytes(16)),
  };
  return {
    files,
    recipe: {
      format: 'rootline-job/2',
      ...{ id: 'WG3', name: 'Wireless gateway', revision: 1, target: 'ra6m4' },
      rootOfTrust: 'renesas-sce',
      allowance: 500,
      artefacts: {
        firmware: artefact(files, 'firmware.hex', { kind: 'image' }),
        userKey: artefact(files, 'user-key.rkey', { kind: 'rkey' }),
      },
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
        {
          ...{ id: 'user-key', title: 'User key', operation: 'inject-key', timeout: 30 },
          params: { slot: 'USER:05', key: 'userKey' },
        },
        {
          ...{ id: 'boundary', title: 'Secure boundary', operation: 'set-boundary', timeout: 30 },
          params: { CFS1: 8, CFS2: 64, DFS: 4, SRS1: 2, SRS2: 32 },
        },
        {
          ...{ id: 'lock', title: 'Lock', operation: 'lock', irreversible: true, timeout: 30 },
          params: { disableInitialize: true, lockBoot: true },
        },
        { id: 'read-back', title: 'Read back', operation: 'read-state', timeout: 30 },
      ],
    },
  };
}
