import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createAuthority, type Authority } from '#services/pki/authority.ts';
import { newRequest } from '#services/pki/pki-fixtures.ts';
import { recipeSchema, type Recipe } from '#services/recipe.ts';
import { openVault } from '#services/vault/vault.ts';
import type { BatchRow, Store } from '#store/api.ts';
import { temporaryFolder } from '#store/fixtures.ts';
import { openStore } from '#store/open.ts';
import { createRecords, type Records } from './records.ts';

const artefact = (name: string, octet: string) => ({ file: `${name}.bin`, sha256: octet.repeat(32) });

/** A short recipe for tests and benchmarks: one reversible phase, the identity, one irreversible. */
const fixtureRecipe: Recipe = recipeSchema.parse({
  format: 'rootline-job/1',
  ...{ id: 'TH4', name: 'Thermostat v4', revision: 12, target: 'ra8m1', rootOfTrust: 'qdid', allowance: 1e6 },
  artefacts: {
    firmware: artefact('firmware', '11'),
    oemRootKey: artefact('oem', '22'),
    keyCertificate: artefact('key', '33'),
    codeCertificate: artefact('code', '44'),
  },
  certificate: { organization: 'Fixture House', commonNamePrefix: 'TH4' },
  phases: [
    { id: 'program', title: 'Program', operation: 'program', timeout: 60 },
    {
      id: 'quality-gate',
      title: 'Quality gate',
      operation: 'reconstruct',
      limits: [{ name: 'bit-error', max: 12 }],
      timeout: 60,
    },
    { id: 'issue', title: 'Issue IDevID', operation: 'issue', timeout: 10 },
    { id: 'lock', title: 'Lock', operation: 'lock', irreversible: true, timeout: 10 },
  ],
});

export interface FixtureStation {
  store: Store;
  authority: Authority;
  records: Records;
  batch: BatchRow;
  close(): Promise<void>;
}

/** A station in a folder of its own: real store, vault and authority, one open batch. */
export async function openStation(): Promise<FixtureStation> {
  const dataDir = await temporaryFolder();
  const store = await openStore({ dataDir });
  const vault = await openVault({ dataDir, keys: store.keys, source: { kind: 'demo-file' } });
  const stationName = 'Station 7';
  const authority = await createAuthority(vault, store, stationName);
  const { id, name, revision, allowance } = fixtureRecipe;
  const recipe = JSON.stringify(fixtureRecipe);
  await store.jobs.put(
    { id, name, revision, sha256: '9f3c11a0'.repeat(8), recipe, allowanceTotal: allowance },
    'a',
  );
  const batch = await store.batches.open({
    ...{ id: randomUUID(), jobId: id, traveller: 'T-26-11-0417', lot: '26-11-0417' },
    ...{ quantity: 2000, openedBy: '114' },
  });
  const close = async () => {
    vault.close();
    await store.close();
    await rm(dataDir, { recursive: true });
  };
  return { store, authority, batch, close, records: createRecords({ store, authority, stationName }) };
}

const newUid = () => randomUUID().replaceAll('-', '');

async function phaseDone(store: Store, runId: string, phase: string, seconds: number): Promise<void> {
  const irreversible = phase === 'lock';
  await store.runs.intent({ runId, phase, irreversible, body: {} });
  const bitError = { name: 'bit-error', value: 5.8, unit: '%', min: null, max: 12, ok: true };
  const measurements = phase === 'quality-gate' ? [bitError] : [];
  await store.runs.evidence({ runId, phase, body: { note: `${phase} done` }, measurements, seconds });
}

/** Begins a run on a new chip (or `chipUid`) and binds a new identity to it. */
export async function enrolUnit({ store, batch }: FixtureStation, site: string, chipUid = newUid()) {
  const runId = randomUUID();
  await store.runs.begin({ id: runId, batchId: batch.id, jobId: batch.jobId, site, operator: '114' });
  await store.runs.identified(runId, chipUid);
  const serial = chipUid.slice(0, 16);
  const { csr, deviceId, device } = newRequest(serial);
  await store.runs.enrolled({ runId, deviceId, publicKeySha256: deviceId });
  return { runId, chipUid, serial, csr, deviceId, device };
}

/** Issues and stores the certificate, with its journal entries as the run engine writes them. */
export async function certify(station: FixtureStation, unit: Awaited<ReturnType<typeof enrolUnit>>) {
  const { store, authority } = station;
  const { runId, deviceId } = unit;
  await store.runs.intent({ runId, phase: 'issue', irreversible: false, body: {} });
  const issued = await authority.issue({ ...unit, recipe: fixtureRecipe });
  await store.certificates.add({ ...issued, runId, deviceId, issuer: authority.issuerName });
  await store.runs.evidence({ runId, phase: 'issue', body: {}, measurements: [], seconds: 0.01 });
  return issued;
}

/** One unit through every phase to a pass. */
export async function passUnit(station: FixtureStation, site = 'A1', chipUid?: string) {
  const unit = await enrolUnit(station, site, chipUid);
  await phaseDone(station.store, unit.runId, 'program', 15.1);
  await phaseDone(station.store, unit.runId, 'quality-gate', 3.2);
  const issued = await certify(station, unit);
  await phaseDone(station.store, unit.runId, 'lock', 0.4);
  await station.store.runs.finish({
    ...{ runId: unit.runId, outcome: 'passed', error: null, refund: false },
    body: {},
  });
  return { ...unit, issued };
}

/** One attempt that ends otherwise; with a null `chipUid`, before any chip answered. */
export async function endUnit(
  { store, batch }: FixtureStation,
  outcome: 'failed' | 'unknown',
  code: string,
  what: string,
  chipUid: string | null = newUid(),
): Promise<string> {
  const runId = randomUUID();
  await store.runs.begin({ id: runId, batchId: batch.id, jobId: batch.jobId, site: 'B1', operator: '114' });
  if (chipUid !== null) await store.runs.identified(runId, chipUid);
  await store.runs.intent({ runId, phase: 'program', irreversible: false, body: {} });
  const error = { code, what, chip: null, next: 'Put the part in the red tray.', retry: false };
  await store.runs.finish({ runId, outcome, error, body: {}, refund: false });
  return runId;
}
