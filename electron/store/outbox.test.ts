import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GENESIS, linkHash } from '#protocol/chain.ts';
import { upBodies, upMessage, type UpKind } from '#protocol/up.ts';
import type { OutboxRow, Store } from './api.ts';
import { beginRun, openBatch, temporaryFolder } from './fixtures.ts';
import { openStore } from './open.ts';
import { signedUnit } from './outbox-fixtures.ts';

const ALL = { rows: 1000, bytes: 1e9 };
let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openStore({ dataDir: folder });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

/** Checks every link and every body, and returns the kinds. */
function kindsOf(rows: readonly OutboxRow[]): string[] {
  let hash = GENESIS;
  return rows.map((row, index) => {
    hash = linkHash(hash, row.line);
    expect(row.hash).toBe(hash);
    const message = upMessage.parse(JSON.parse(row.line));
    expect(message.p).toBe(index + 1);
    upBodies[message.k as UpKind].parse(message.b);
    return message.k;
  });
}

describe('outbox', () => {
  it('tells a batch and its unit in one chain, bodies as they will travel', async () => {
    const batch = await openBatch(store);
    await signedUnit(store, batch, 'ab01');
    await store.batches.setState(batch.id, 'closed', '114');
    const rows = await store.outbox.page(0, ALL);
    expect(kindsOf(rows)).toEqual(['batch', 'certificate', 'attempt', 'record', 'batch']);
    const record = JSON.parse(rows[3]?.line ?? '') as { b: Record<string, string> };
    expect(record.b).toMatchObject({ json: '{"unit":"ab01"}', protected: 'head', signature: 'sign' });
    expect((await store.outbox.state()).waiting).toBe(5);
  });

  it('says no word of a write that was refused', async () => {
    const batch = await openBatch(store);
    const run = await beginRun(store, batch);
    const refused = { runId: run.id, outcome: 'passed' as const, error: null, body: {}, refund: false };
    await expect(store.runs.finish(refused)).rejects.toMatchObject({ code: 'conflict' });
    expect(kindsOf(await store.outbox.page(0, ALL))).toEqual(['batch']);
  });

  it('ends a page at either limit, with one message at least', async () => {
    const batch = await openBatch(store);
    await store.batches.setState(batch.id, 'paused', '114');
    await store.batches.setState(batch.id, 'open', '114');
    expect(await store.outbox.page(0, { rows: 2, bytes: 1e9 })).toHaveLength(2);
    expect(await store.outbox.page(1, { rows: 9, bytes: 1 })).toHaveLength(1);
    expect(await store.outbox.page(3, ALL)).toHaveLength(0);
  });

  it('takes an acknowledgement of its own chain only, and may go back', async () => {
    const batch = await openBatch(store);
    await store.batches.setState(batch.id, 'paused', '114');
    const [first, second] = await store.outbox.page(0, ALL);
    const place = { epoch: 1, position: 2, hash: second?.hash ?? '' };
    await store.outbox.acknowledge(place);
    expect(await store.outbox.state()).toMatchObject({ acknowledged: place, waiting: 0, oldestAt: null });
    const strange = { epoch: 1, position: 2, hash: first?.hash ?? '' };
    await expect(store.outbox.acknowledge(strange)).rejects.toMatchObject({ code: 'conflict' });
    await expect(store.outbox.acknowledge({ ...place, epoch: 2 })).rejects.toMatchObject({
      code: 'conflict',
    });
    await store.outbox.acknowledge({ epoch: 1, position: 1, hash: first?.hash ?? '' });
    expect(await store.outbox.waitingByKind()).toMatchObject([{ kind: 'batch', count: 1 }]);
  });

  it('goes on in another epoch with the allowance that the cloud knows to be used', async () => {
    const batch = await openBatch(store, 10);
    const [first] = await store.outbox.page(0, ALL);
    const place = { epoch: 2, position: 1, hash: first?.hash ?? '' };
    const debits = [{ jobId: batch.jobId, jobRevision: 1, units: 4 }];
    await store.outbox.beginEpoch({ place, debits, actor: '301', reason: 'backup restored' });
    expect((await store.jobs.get(batch.jobId))?.allowanceLeft).toBe(6);
    expect((await store.outbox.state()).head).toMatchObject({ epoch: 2, position: 1 });
    const again = store.outbox.beginEpoch({ place, debits, actor: '301', reason: 'twice' });
    await expect(again).rejects.toMatchObject({ code: 'conflict' });
    expect((await store.jobs.get(batch.jobId))?.allowanceLeft).toBe(6);
  });

  it('cannot be rewritten', async () => {
    await openBatch(store);
    await store.close();
    const db = new Database(join(folder, 'rootline.sqlite'));
    expect(() => db.exec("UPDATE outbox SET body = '{}'")).toThrow(/append-only/);
    expect(() => db.exec('DELETE FROM outbox')).toThrow(/append-only/);
    db.close();
    store = await openStore({ dataDir: folder });
  });
});
