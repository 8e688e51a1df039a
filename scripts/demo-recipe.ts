import type { z } from 'zod';
import type { recipe1 } from '#services/recipe.ts';

type RecipeFile = z.input<typeof recipe1>;

/** The demo job as written to job.json, before defaults: docs/jobs.md explains each field. */
export function demoRecipe(artefacts: RecipeFile['artefacts']): RecipeFile {
  return {
    format: 'rootline-job/1',
    id: 'TH4',
    name: 'Thermostat v4',
    revision: 12,
    target: 'ra8m1',
    rootOfTrust: 'qdid',
    allowance: 2000,
    artefacts,
    certificate: { organization: 'Demo Devices', commonNamePrefix: 'TH4' },
    phases: [...LOAD, ...ENROL, ...CERTIFY, ...LOCK],
  };
}

type Phases = RecipeFile['phases'];

const LOAD: Phases = [
  { id: 'identify', title: 'Identify', operation: 'identify', timeout: 30 },
  { id: 'initialize', title: 'Initialize', operation: 'initialize', timeout: 60 },
  {
    id: 'oem-root-key',
    title: 'OEM root key',
    operation: 'inject-oem-root-key',
    params: { permanent: false },
    timeout: 30,
  },
  { id: 'program', title: 'Program', operation: 'program', timeout: 180 },
  { id: 'verify', title: 'Verify', operation: 'verify', timeout: 180 },
  { id: 'boot-chain', title: 'Boot certificates', operation: 'inject-boot-certificates', timeout: 30 },
];

const ENROL: Phases = [
  { id: 'boot', title: 'Boot application', operation: 'boot-application', timeout: 30 },
  {
    id: 'enrol',
    title: 'Enrol QDID',
    operation: 'enrol',
    // 0..100; a part at the gate's limit of 12 % scores 20, so the gate has the last word.
    limits: [{ name: 'enrol-score', min: 10 }],
    timeout: 30,
  },
  {
    id: 'quality-gate',
    title: 'Quality gate',
    operation: 'reconstruct',
    params: { reads: 10 },
    limits: [
      { name: 'bit-error', max: 12 },
      { name: 'other-identities', max: 0 },
      { name: 'helper-data-intact', min: 1 },
    ],
    timeout: 60,
  },
];

const CERTIFY: Phases = [
  { id: 'csr', title: 'Certificate request', operation: 'csr', timeout: 30 },
  { id: 'issue', title: 'Issue IDevID', operation: 'issue', timeout: 30 },
  {
    id: 'inject',
    title: 'Inject certificate',
    operation: 'inject',
    params: { product: 'TH4', region: 'eu' },
    timeout: 30,
  },
  { id: 'prove', title: 'Prove identity', operation: 'prove', timeout: 30 },
];

const LOCK: Phases = [
  {
    id: 'lock',
    title: 'Lock',
    operation: 'lock',
    params: { disableInitialize: true, lockBoot: true },
    irreversible: true,
    timeout: 30,
  },
  { id: 'read-back', title: 'Read back', operation: 'read-state', timeout: 30 },
];
