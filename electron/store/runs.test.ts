import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchRow, Store } from './api.ts';
import { beginRun, openBatch, temporaryFolder } from './fixtures.ts';
import { openStore } from './open.ts';

const error = { code: 'limit', what: 'Bit errors too high', chip: null, next: 'Retry', retry: true };
let dataDir: string;
let store: Store;
let batch: BatchRow;

beforeEach(async () => {
  dataDir = await temporaryFolder();
  store = await openStore({ dataDir });
  batch = await openBatch(store, 2);
});
afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true });
});

const pass = (runId: string) =>
  store.runs.finish({ runId, outcome: 'passed', error: null, body: {}, refund: false });
const fail = (runId: string, refund = false, body = {}) =>
  store.runs.finish({ runId, outcome: 'failed', error, body, refund });
const lock = (runId: string) => store.runs.intent({ runId, phase: 'lock', irreversible: true, body: {} });
const left = async () => (await store.jobs.get(batch.jobId))?.allowanceLeft;

describe('a run', () => {
  it('keeps journal, measurements and phase times in order and adds up in the totals', async () => {
    const run = await beginRun(store, batch, '0A0B');
    await store.runs.intent({ runId: run.id, phase: 'program', irreversible: false, body: { sha: 'x' } });
    const measurement = { name: 'errors', value: 6, unit: '%', min: null, max: 12, ok: true };
    await store.runs.evidence({
      runId: run.id,
      phase: 'program',
      body: {},
      measurements: [measurement],
      seconds: 2,
    });
    await lock(run.id);
    await store.runs.evidence({ runId: run.id, phase: 'lock', body: {}, measurements: [], seconds: 1 });
    const ended = await pass(run.id);
    expect(ended).toMatchObject({ outcome: 'passed', seconds: 3, debited: true, attempt: 1 });
    expect((await store.runs.journal(run.id)).map(({ phase, kind }) => `${phase} ${kind}`)).toEqual([
      'program intent',
      'program evidence',
      'lock intent',
      'lock evidence',
      'lock outcome',
    ]);
    expect(await store.runs.measurements(run.id)).toEqual([{ ...measurement, phase: 'program' }]);
    expect(await store.batches.totals(batch.id)).toMatchObject({
      ...{ made: 1, failed: 0, unknown: 0, running: 0, attempts: 1, debited: 1, secondsPerUnit: 3 },
      phases: [
        { phase: 'program', seconds: 2 },
        { phase: 'lock', seconds: 1 },
      ],
    });
  });

  it('takes the next intent with the evidence, in order and in one transaction', async () => {
    const run = await beginRun(store, batch, '0A0B');
    const evidence = { runId: run.id, phase: 'program', body: {}, measurements: [], seconds: 1 };
    await store.runs.evidence({ ...evidence, next: { phase: 'verify', body: { sha: 'x' } } });
    const journal = await store.runs.journal(run.id);
    expect(journal.map(({ phase, kind, irreversible }) => [phase, kind, irreversible])).toEqual([
      ['program', 'evidence', false],
      ['verify', 'intent', false],
    ]);
    expect(await store.audit.verify()).toBeNull();
  });

  it('counts a unit that failed once and passed later as made', async () => {
    const first = await beginRun(store, batch, '0A0B');
    await fail(first.id);
    expect(await store.batches.totals(batch.id)).toMatchObject({ made: 0, failed: 1, attempts: 1 });
    const second = await beginRun(store, batch, '0a0b');
    expect(second.attempt).toBe(2);
    await pass(second.id);
    expect(await store.batches.totals(batch.id)).toMatchObject({
      ...{ made: 1, failed: 0, attempts: 2, running: 0 },
      pareto: [{ code: 'limit', label: error.what, count: 1 }],
    });
  });

  it('is refused on a chip that has passed, naming the run', async () => {
    const first = await beginRun(store, batch, '0A0B');
    await pass(first.id);
    const second = await beginRun(store, batch);
    await expect(store.runs.identified(second.id, '0A0B')).rejects.toMatchObject({
      code: 'already-passed',
      context: { batchId: batch.id, runId: first.id },
    });
    expect((await store.runs.get(second.id))?.chipUid).toBeNull();
  });

  it('is refused on a chip that has passed in another batch, naming the lot', async () => {
    const first = await beginRun(store, batch, '0A0B');
    await pass(first.id);
    await store.batches.setState(batch.id, 'closed', '114');
    const { jobId, quantity, openedBy } = batch;
    const next = { id: randomUUID(), jobId, traveller: 'T-2', lot: 'LOT-2', quantity, openedBy };
    const other = await store.batches.open(next);
    const second = await beginRun(store, other);
    await expect(store.runs.identified(second.id, '0A0B')).rejects.toMatchObject({
      code: 'passed-in-other-batch',
      context: { batchId: batch.id, lot: 'LOT-1' },
    });
  });

  it('is refused while another site has a part of that unique id under way, and in its own site it is not twice', async () => {
    const first = await beginRun(store, batch, '0A0B', 'A1');
    const second = await beginRun(store, batch, undefined, 'A2');
    await expect(store.runs.identified(second.id, '0A0B')).rejects.toMatchObject({
      code: 'uid-twice',
      context: { runId: first.id, site: 'A1' },
    });
    const same = await beginRun(store, batch, undefined, 'A1');
    await expect(store.runs.identified(same.id, '0A0B')).rejects.toMatchObject({ code: 'still-unknown' });
  });

  it('is refused while another run of the chip is unread, and goes on once that is decided', async () => {
    const first = await beginRun(store, batch, '0A0B');
    await store.runs.finish({ runId: first.id, outcome: 'unknown', error, body: {}, refund: false });
    const second = await beginRun(store, batch, undefined, 'A2');
    const refused = store.runs.identified(second.id, '0A0B');
    await expect(refused).rejects.toMatchObject({ code: 'still-unknown', context: { runId: first.id } });
    expect((await store.runs.unfinished()).map(({ id }) => id)).toEqual([first.id, second.id]);
    await fail(first.id, false, { dlm: 'OEM_PL2' });
    expect((await store.runs.journal(first.id)).map(({ kind }) => kind)).toContain('read-back');
    expect((await store.runs.identified(second.id, '0A0B')).attempt).toBe(2);
  });

  it('may not be decided twice', async () => {
    const run = await beginRun(store, batch, '0A0B');
    await pass(run.id);
    await expect(fail(run.id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(lock(run.id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('cannot pass without a chip', async () => {
    const run = await beginRun(store, batch);
    await expect(pass(run.id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('cannot begin in a paused batch', async () => {
    await store.batches.setState(batch.id, 'paused', '114');
    await expect(beginRun(store, batch)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('the allowance', () => {
  it('is debited at the latest when a unit passes that nothing was done to for ever, and once only', async () => {
    const before = (await left()) ?? 0;
    const plain = await beginRun(store, batch, '0C');
    await store.runs.intent({ runId: plain.id, phase: 'program', irreversible: false, body: {} });
    expect(await left()).toBe(before);
    await pass(plain.id);
    expect(await left()).toBe(before - 1);
    expect((await store.runs.get(plain.id))?.debited).toBe(true);
    const locked = await beginRun(store, batch, '0D');
    await lock(locked.id);
    await pass(locked.id);
    expect(await left()).toBe(before - 2);
  });

  it('is debited once a run with the first irreversible intent, and refused when used up', async () => {
    for (const uid of ['01', '02']) {
      const run = await beginRun(store, batch, uid);
      await lock(run.id);
      await lock(run.id);
    }
    expect(await left()).toBe(0);
    const third = await beginRun(store, batch, '03');
    await expect(lock(third.id)).rejects.toMatchObject({ code: 'allowance-used-up' });
    expect(await store.runs.journal(third.id)).toEqual([]);
    expect((await store.batches.totals(batch.id)).debited).toBe(2);
  });

  it('never goes below zero when many sites ask at once', async () => {
    const runs = await Promise.all(['01', '02', '03', '04'].map((uid) => beginRun(store, batch, uid)));
    const asked = await Promise.allSettled(runs.map((run) => lock(run.id)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await left()).toBe(0);
  });

  it('comes back only with proof, and once', async () => {
    const run = await beginRun(store, batch, '01');
    await lock(run.id);
    await expect(fail(run.id, true)).rejects.toMatchObject({ code: 'conflict' });
    await fail(run.id, true, { dlm: 'OEM_PL2' });
    expect(await left()).toBe(2);
    expect(await store.batches.totals(batch.id)).toMatchObject({ debited: 0, failed: 1 });
    expect((await store.runs.get(run.id))?.debited).toBe(false);
  });
});

describe('the clone check', () => {
  const identity = { deviceId: 'd1'.repeat(32), publicKeySha256: 'aa'.repeat(32) };

  it('refuses a device id or a public key of another chip, naming run and chip', async () => {
    const first = await beginRun(store, batch, '01');
    await store.runs.enrolled({ runId: first.id, ...identity });
    const second = await beginRun(store, batch, '02');
    for (const change of [{ deviceId: 'd2'.repeat(32) }, { publicKeySha256: 'bb'.repeat(32) }]) {
      await expect(store.runs.enrolled({ runId: second.id, ...identity, ...change })).rejects.toMatchObject({
        code: 'identity-seen',
        context: { runId: first.id, chipUid: '01' },
      });
    }
    expect((await store.runs.get(second.id))?.deviceId).toBeNull();
  });

  it('lets the same chip show the same identity again', async () => {
    const first = await beginRun(store, batch, '01');
    await store.runs.enrolled({ runId: first.id, ...identity });
    await fail(first.id);
    const second = await beginRun(store, batch, '01');
    await store.runs.enrolled({ runId: second.id, ...identity });
    expect((await store.units.get(identity.deviceId))?.runs.map(({ id }) => id)).toEqual([
      second.id,
      first.id,
    ]);
  });
});
