import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DownEffect, Store } from './api.ts';
import { openBatch, temporaryFolder } from './fixtures.ts';
import { openStore } from './open.ts';

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

const job = { id: 'JOB-9', name: 'Nine', revision: 3, sha256: 'cd'.repeat(32), recipe: '{"nine":9}' };
const order = (orderId: string, allowance: number): DownEffect => ({
  kind: 'order',
  order: { orderId, number: `PO-${orderId}`, jobId: job.id, revision: job.revision, allowance },
  job,
});
const message = (sequence: number, effect: DownEffect) => ({
  ...{ sequence, id: `id-${sequence}`, kind: effect.kind, title: `Message ${sequence}`, effect },
  reason: effect.kind === 'refused' ? 'not for this station' : null,
});
const lastLine = async () => (await store.outbox.page(0, { rows: 1000, bytes: 1e9 })).at(-1)?.line ?? '';

describe('inbox', () => {
  it('brings a job with its allowance, and adds what a second order allows', async () => {
    await store.inbox.apply(message(1, order('a', 50)));
    expect(await store.jobs.get('JOB-9')).toMatchObject({ allowanceTotal: 50, allowanceLeft: 50 });
    await store.inbox.apply(message(2, order('b', 25)));
    expect(await store.jobs.get('JOB-9')).toMatchObject({ allowanceTotal: 75, allowanceLeft: 75 });
    // The job's own file is registered again at each start: nothing is added, nothing refused.
    await store.jobs.put({ ...job, allowanceTotal: 10 }, 'station');
    expect(await store.jobs.get('JOB-9')).toMatchObject({ allowanceTotal: 75, allowanceLeft: 75 });
  });

  it('applies each message once and in order', async () => {
    await store.inbox.apply(message(1, order('a', 50)));
    for (const sequence of [1, 3]) {
      const again = store.inbox.apply(message(sequence, order('c', 1)));
      await expect(again).rejects.toMatchObject({ code: 'conflict' });
    }
    expect(await store.inbox.applied()).toBe(1);
    expect((await store.jobs.get('JOB-9'))?.allowanceLeft).toBe(50);
  });

  it('changes nothing but the numbering when a message is refused, and tells the cloud why', async () => {
    await store.inbox.apply(message(1, { kind: 'refused' }));
    expect(await store.jobs.list()).toHaveLength(0);
    expect(await store.inbox.received(5)).toMatchObject([
      { outcome: 'refused', reason: 'not for this station' },
    ]);
    expect(JSON.parse(await lastLine())).toMatchObject({
      k: 'receipt',
      b: { sequence: 1, outcome: 'refused' },
    });
  });

  it('takes back what is left of an order, never what was made', async () => {
    await store.inbox.apply(message(1, order('a', 2)));
    await store.inbox.apply(message(2, order('b', 5)));
    await store.inbox.apply(message(3, { kind: 'withdraw', orderId: 'b', jobId: job.id, revision: 3 }));
    expect(await store.jobs.get('JOB-9')).toMatchObject({ allowanceTotal: 2, allowanceLeft: 2 });
    const twice = message(4, { kind: 'withdraw', orderId: 'b', jobId: job.id, revision: 3 });
    await expect(store.inbox.apply(twice)).rejects.toMatchObject({ code: 'not-found' });
    expect((await store.jobs.get('JOB-9'))?.allowanceLeft).toBe(2);
  });

  it('refuses an order whose job is here with another content, whole', async () => {
    await store.jobs.put({ ...job, recipe: '{}', allowanceTotal: 1 }, 'station');
    await expect(store.inbox.apply(message(1, order('a', 50)))).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.inbox.applied()).toBe(0);
    expect((await store.jobs.get('JOB-9'))?.allowanceLeft).toBe(1);
  });

  it('begins anew for another tenant; the messages of before are sent to it again', async () => {
    await openBatch(store);
    await store.inbox.apply(message(1, order('a', 50)));
    const { head } = await store.outbox.state();
    await store.outbox.acknowledge(head);
    await store.inbox.reset('tenant', '301');
    expect(await store.inbox.applied()).toBe(0);
    expect((await store.outbox.state()).waiting).toBe(head.position);
  });
});
