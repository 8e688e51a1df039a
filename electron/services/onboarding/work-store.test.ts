import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BatchRow, Store } from '#store/api.ts';
import { deviceCertificates } from '#store/certificate-fixtures.ts';
import { openBatch, temporaryFolder } from '#store/fixtures.ts';
import { openStore } from '#store/open.ts';
import { signedUnit } from '#store/outbox-fixtures.ts';
import { StationWork } from './work-store.ts';

let folder: string;
let store: Store;
let batch: BatchRow;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openStore({ dataDir: folder });
  batch = await openBatch(store);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const [der] = deviceCertificates.ders;
const fingerprint = createHash('sha256')
  .update(der ?? '')
  .digest('hex');
const target = { id: 'target', config: '{}', paused: false };

async function revoke(): Promise<void> {
  const revoked = [{ fingerprint, serial: '1', deviceId: null, reason: 'keyCompromise', at: '' }];
  const message = { sequence: 1, id: 'x', kind: 'revocations', title: 'Revoked', reason: null };
  await store.inbox.apply({ ...message, effect: { kind: 'revocations', revoked } });
}

it('throws nobody out under a list that was made before his revocation came', async () => {
  await store.onboarding.putTarget(target, '207');
  await signedUnit(store, batch, 'ab01', der);
  const work = new StationWork({ items: store.onboarding, outbox: store.outbox, name: 'Hall' });
  const [item] = await work.claim('target', 10, 1000, 0);
  await work.settle([{ id: fingerprint, token: item?.token ?? '', to: 'done' }], 0);

  let listed = 0;
  let comes: (() => Promise<void>) | null = revoke;
  work.beforeTelling = async () => {
    listed = await store.inbox.revokedHead();
    await comes?.();
    comes = null;
  };
  // It comes while the list is on its way: that list does not name him, so he is not taken yet.
  expect(await work.claim('target', 10, 1000, 1)).toEqual([]);
  expect(listed).toBe(0);
  expect(await work.claim('target', 10, 1000, 2)).toMatchObject([{ id: fingerprint, action: 'revoke' }]);
  expect(listed).toBe(1);
});
