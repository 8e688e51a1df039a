import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDemoBatch, openHands, openTestStation, startBench } from '../integration/harness.ts';
import { kill, runUntilHeld } from './crash.test-support.ts';

it('kill -9 between the outcome and its record: the unit stays made, and the export writes the record', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'rootline-record-'));
  const bench = await startBench(1);
  const hands = await openHands(bench.sites);
  const first = await openTestStation({ dataDir, bench: bench.sites, hands });
  const { id: batchId } = await openDemoBatch(first.call, 1);
  await first.close();
  const hold = { A1: { phase: 'passed', after: 'outcome' } } as const;
  await kill(await runUntilHeld({ dataDir, bench: bench.sites, hold }, () => hands.insert('A1')));

  const open = await openTestStation({ dataDir, bench: bench.sites, hands });
  try {
    const { counts } = await open.call('batches.get', { batchId });
    expect(counts).toMatchObject({ made: 1, unknown: 0, running: 0, debited: 1 });
    const { rows } = await open.store.units.passedOfBatch(batchId, null, 10);
    expect(rows).toHaveLength(1);
    const runId = rows[0]!.id;
    expect(await open.store.units.record(runId)).toBeNull();
    expect(await open.store.certificates.ofRun(runId)).not.toBeNull();
    const { units, folder } = await open.call('batches.export', { batchId });
    expect(units).toBe(1);
    expect(await open.store.units.record(runId)).not.toBeNull();
    expect((await readdir(folder)).length).toBeGreaterThan(0);
    expect(await open.store.audit.verify()).toBeNull();
  } finally {
    await open.close();
    await hands.close();
    await bench.stop();
    await rm(dataDir, { recursive: true });
  }
});
