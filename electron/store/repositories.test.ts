import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from './api.ts';
import { beginRun, openBatch, temporaryFolder } from './fixtures.ts';
import { openStore } from './open.ts';

let dataDir: string;
let store: Store;
beforeEach(async () => {
  dataDir = await temporaryFolder();
  store = await openStore({ dataDir });
});
afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true });
});

const job = { id: 'J', name: 'Job', revision: 2, sha256: 'ab', recipe: '{}', allowanceTotal: 5 };

describe('jobs', () => {
  it('are immutable under id and revision, and never go back', async () => {
    await store.jobs.put(job, '207');
    await store.jobs.put(job, '207');
    await expect(store.jobs.put({ ...job, sha256: 'cd' }, '207')).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(store.jobs.put({ ...job, allowanceTotal: 9 }, '207')).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(store.jobs.put({ ...job, revision: 1 }, '207')).rejects.toMatchObject({
      context: { revision: 2 },
    });
    await store.jobs.put({ ...job, revision: 3, sha256: 'ef' }, '207');
    expect(await store.jobs.list()).toMatchObject([{ revision: 3, sha256: 'ef', allowanceLeft: 5 }]);
    expect(await store.jobs.get('J', 2)).toMatchObject({ revision: 2, sha256: 'ab' });
    expect((await store.audit.page(0, 10)).map(({ action }) => action)).toEqual(['job.put', 'job.put']);
  });

  it('debit the revision that the batch was opened with', async () => {
    const batch = await openBatch(store, 5, 'J');
    await store.jobs.put(job, '207');
    const run = await beginRun(store, batch, '01');
    await store.runs.intent({ runId: run.id, phase: 'lock', irreversible: true, body: {} });
    expect(await store.jobs.get('J', 1)).toMatchObject({ allowanceLeft: 4 });
    expect(await store.jobs.get('J', 2)).toMatchObject({ allowanceLeft: 5 });
  });
});

describe('batches', () => {
  it('are open one at a time, also paused, and closed for good', async () => {
    const first = await openBatch(store);
    const again = { ...first, id: randomUUID() };
    await expect(store.batches.open(again)).rejects.toMatchObject({ context: { batchId: first.id } });
    await store.batches.setState(first.id, 'paused', '114');
    await expect(store.batches.open(again)).rejects.toMatchObject({ code: 'conflict' });
    const closed = await store.batches.setState(first.id, 'closed', '114');
    expect(closed.closedAt).not.toBeNull();
    await expect(store.batches.setState(first.id, 'open', '114')).rejects.toMatchObject({ code: 'conflict' });
    await store.batches.open(again);
    expect((await store.batches.list('all', 10)).map(({ id }) => id)).toEqual([again.id, first.id]);
    expect((await store.batches.list('open', 10)).map(({ id }) => id)).toEqual([again.id]);
    await store.batches.setExport(first.id, '/x', '114');
    expect(await store.batches.get(first.id)).toMatchObject({ exportFolder: '/x' });
  });

  it('need a job', async () => {
    const batch = { id: randomUUID(), jobId: 'none', traveller: 'T', lot: 'L', quantity: 1, openedBy: '1' };
    await expect(store.batches.open(batch)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('certificates and records', () => {
  it('are unique by serial and by fingerprint, and name the unit', async () => {
    const batch = await openBatch(store);
    const run = await beginRun(store, batch, '01');
    const der = Uint8Array.of(0x30, 1, 2);
    const certificate = {
      serial: '5E01',
      fingerprint: 'f1',
      runId: run.id,
      deviceId: 'd',
      issuer: 'CA',
      der,
    };
    await store.certificates.add(certificate);
    for (const change of [{ serial: '5E02' }, { fingerprint: 'f2' }]) {
      await expect(store.certificates.add({ ...certificate, ...change })).rejects.toMatchObject({
        code: 'conflict',
      });
    }
    expect(await store.certificates.ofRun(run.id)).toEqual(certificate);
    expect(await store.units.get('uid:01')).toMatchObject({ unit: { serial: '5E01' } });
  });

  it('are kept of passed runs, once, and paged in the order they were made', async () => {
    const batch = await openBatch(store);
    const ids: string[] = [];
    for (const uid of ['01', '02', '03']) {
      const run = await beginRun(store, batch, uid);
      await expect(store.units.putRecord(run.id, '{}', 'a.b.c')).rejects.toMatchObject({ code: 'conflict' });
      await store.runs.finish({ runId: run.id, outcome: 'passed', error: null, body: {}, refund: false });
      await store.units.putRecord(run.id, '{}', 'a.b.c');
      await store.units.putRecord(run.id, '{}', 'a.b.c');
      await expect(store.units.putRecord(run.id, '{"x":1}', 'd')).rejects.toMatchObject({ code: 'conflict' });
      ids.push(run.id);
    }
    const first = await store.units.passedOfBatch(batch.id, null, 2);
    const rest = await store.units.passedOfBatch(batch.id, first.cursor, 2);
    expect([...first.rows, ...rest.rows].map(({ id }) => id)).toEqual(ids);
    expect(rest.cursor).toBeNull();
    expect(await store.units.record(ids[0]!)).toEqual({ json: '{}', jws: 'a.b.c' });
  });
});

describe('people and keys', () => {
  it('come back as they were put, with no hash or key in the audit', async () => {
    const person = { id: '9', name: 'N', role: 'auditor', pinHash: 'PHC', badgeHash: 'B' } as const;
    await store.people.put({ ...person, failedAttempts: 0, lockedUntil: null }, '301');
    await store.people.noteAttempt('9', 5, '2030-01-01T00:00:00.000Z');
    expect(await store.people.get('9')).toMatchObject({ ...person, failedAttempts: 5 });
    expect(await store.people.byBadge('B')).toMatchObject({ id: '9' });
    await expect(store.people.noteAttempt('8', 1, null)).rejects.toMatchObject({ code: 'not-found' });
    const key = { id: 'ca', purpose: 'sign', envelope: Uint8Array.of(1, 2), publicPart: null };
    await store.keys.put(key, '301');
    expect(await store.keys.get('ca')).toEqual(key);
    expect(await store.keys.list()).toEqual([{ id: 'ca', purpose: 'sign', publicPart: null }]);
    expect(JSON.stringify(await store.audit.page(0, 99))).not.toContain('PHC');
  });
});
