import { createHash, randomUUID } from 'node:crypto';
import type { BatchRow, RunRow, Store } from './api.ts';
import { beginRun } from './fixtures.ts';

/** Ends a run that has read its chip, as an engine would: enrolled, certified, passed, signed. */
export async function signedUnit(
  store: Store,
  batch: BatchRow,
  chipUid: string,
  der?: Uint8Array,
): Promise<RunRow> {
  const run = await beginRun(store, batch, chipUid);
  const deviceId = createHash('sha256').update(chipUid).digest('hex');
  const publicKeySha256 = createHash('sha256').update(`${chipUid} key`).digest('hex');
  await store.runs.enrolled({ runId: run.id, deviceId, publicKeySha256 });
  const certificate = der ?? Buffer.from(randomUUID());
  const fingerprint = createHash('sha256').update(certificate).digest('hex');
  const names = { serial: fingerprint.slice(0, 32), fingerprint, deviceId, issuer: 'CN=issuer' };
  await store.certificates.add({ ...names, runId: run.id, der: certificate });
  await store.runs.intent({ runId: run.id, phase: 'lock', irreversible: true, body: {} });
  const end = { runId: run.id, outcome: 'passed' as const, error: null, body: { read: true }, refund: false };
  const ended = await store.runs.finish(end);
  await store.units.putRecord(run.id, JSON.stringify({ unit: chipUid }), 'head.payload.sign');
  return ended;
}
