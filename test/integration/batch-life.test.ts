import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStation, type TestStation } from './harness.ts';

describe('the life of a batch', () => {
  let test: TestStation;
  beforeAll(async () => {
    test = await startTestStation({ sites: 2 });
  });
  afterAll(async () => test.dispose());

  const refusal = (code: string): unknown =>
    expect.objectContaining({ view: expect.objectContaining({ code }) as unknown });

  it('refuses another checksum, more than the allowance, and an unknown job', async () => {
    const { jobs } = await test.call('jobs.list', {});
    const [job] = jobs;
    const request = { jobId: job!.id, traveller: 'T', lot: 'L', quantity: 2, checksum: '0000 0000' };
    await expect(test.call('batches.open', request)).rejects.toEqual(refusal('wrong-checksum'));
    const tooMany = { ...request, checksum: job!.checksum, quantity: job!.allowance.left + 1 };
    await expect(test.call('batches.open', tooMany)).rejects.toEqual(refusal('preflight'));
    await expect(test.call('batches.open', { ...request, jobId: 'X' })).rejects.toEqual(
      refusal('job-missing'),
    );
  });

  it('does not start a part without a batch, and says why', async () => {
    await test.hands.insert('A1');
    await test.until('A1', 'ready');
    await expect(test.call('sites.start', { site: 'A1' })).rejects.toEqual(refusal('no-batch'));
    await expect(test.call('sites.readBack', { site: 'A1' })).rejects.toEqual(refusal('nothing-to-read'));
    await expect(test.call('sites.start', { site: 'Z9' })).rejects.toEqual(refusal('site-missing'));
  });

  it('self-test tells what is in the socket and changes nothing', async () => {
    const { ok, steps } = await test.callAs('engineer')('bench.selfTest', { site: 'A1' });
    expect(ok).toBe(true);
    expect(steps.map((step) => step.state)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(steps[3]?.detail).toContain(await test.hands.uid('A1'));
  });

  it('pauses, resumes, stops at its quantity, closes and exports', { timeout: 60_000 }, async () => {
    const batch = await test.openBatch(1);
    const id = { batchId: batch.id };
    await expect(test.openBatch(1)).rejects.toEqual(refusal('preflight'));
    await test.call('batches.pause', id);
    await expect(test.call('sites.start', { site: 'A1' })).rejects.toEqual(refusal('batch-paused'));
    await test.call('batches.resume', id);
    await test.until('A1', 'passed');
    await test.hands.insert('A2');
    const full = await test.untilSite('A2', (view) => view.error !== null);
    expect(full.error?.code).toBe('quantity-reached');
    const closed = await test.call('batches.close', { ...id, leaveUnknown: false });
    expect(closed).toMatchObject({ state: 'closed', counts: { made: 1, debited: 1 } });
    expect(closed.slowest?.phase).toBeTruthy();
    const made = await test.call('batches.export', id);
    expect(made.units).toBe(1);
    expect((await test.call('batches.get', id)).exportFolder).toBe(made.folder);
    expect((await test.call('batches.current', {})).batch).toBeNull();
    const { sequence } = await test.store.audit.head();
    const audited = await test.store.audit.page(0, sequence);
    const ofBatch = audited.filter((row) => row.subject === batch.id).map(({ action }) => action);
    expect(ofBatch).toEqual(['batch.open', 'batch.paused', 'batch.open', 'batch.closed', 'batch.export']);
  });
});
