import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchRow, Store } from './api.ts';
import { deviceCertificates } from './certificate-fixtures.ts';
import { openBatch, temporaryFolder } from './fixtures.ts';
import { openStore } from './open.ts';
import { signedUnit } from './outbox-fixtures.ts';

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

const { ders, names } = deviceCertificates;
const prints = ders.map((der) => createHash('sha256').update(der).digest('hex'));
const target = { id: 'target', config: '{}', paused: false };
const claim = (now: number) => store.onboarding.claim('target', 10, now, now + 1000);
const revocation = (at: number) => ({
  kind: 'revocations' as const,
  revoked: [{ fingerprint: prints[at] ?? '', serial: '1', deviceId: null, reason: 'keyCompromise', at: '' }],
});

describe('onboarding items', () => {
  it('are the units that passed, before and after the target came, each once', async () => {
    await signedUnit(store, batch, 'ab01', ders[0]);
    await store.onboarding.putTarget(target, '207');
    expect((await claim(0)).map((item) => [item.name, item.state])).toEqual([[names[0], 'waiting']]);
    await signedUnit(store, batch, 'ab02', ders[1]);
    expect((await claim(0)).map((item) => item.name)).toEqual([names[1]]);
    expect(await claim(0)).toEqual([]);
    expect(await store.onboarding.counts('target')).toMatchObject({ working: 2 });
  });

  it('come again when the lease of who took them has run out', async () => {
    await store.onboarding.putTarget(target, '207');
    await signedUnit(store, batch, 'ab01', ders[0]);
    await claim(0);
    expect(await store.onboarding.nextDue('target')).toBe(1000);
    expect(await claim(999)).toEqual([]);
    expect(await claim(1000)).toMatchObject([{ state: 'working', attempts: 2 }]);
  });

  it('are retried when due, die with a reason, and live again when a person says so', async () => {
    await store.onboarding.putTarget(target, '207');
    await signedUnit(store, batch, 'ab01', ders[0]);
    await claim(0);
    const result = { fingerprint: prints[0] ?? '', reason: 'busy' };
    await store.onboarding.settle('target', [{ ...result, state: 'retry', nextAt: 5000 }]);
    expect(await claim(4999)).toEqual([]);
    expect(await claim(5000)).toMatchObject([{ attempts: 2, reason: 'busy' }]);
    await store.onboarding.settle('target', [{ ...result, state: 'dead', nextAt: null }]);
    expect(await store.onboarding.nextDue('target')).toBeNull();
    expect(await store.onboarding.dead('target', null, 5)).toMatchObject({
      rows: [{ reason: 'busy' }],
      cursor: null,
    });
    expect(await store.onboarding.retry('target', ['ff'.repeat(32)])).toBe(0);
    expect(await store.onboarding.retry('target', null)).toBe(1);
    expect(await claim(0)).toHaveLength(1);
  });

  it('are revoked when the cloud says so, also while they are being registered', async () => {
    await store.onboarding.putTarget(target, '207');
    await signedUnit(store, batch, 'ab01', ders[0]);
    await signedUnit(store, batch, 'ab02', ders[1]);
    await claim(0);
    const down = { id: 'x', kind: 'revocations', title: 'Revoked', reason: null };
    await store.inbox.apply({ ...down, sequence: 1, effect: revocation(0) });
    const registered = {
      fingerprint: prints[0] ?? '',
      state: 'registered' as const,
      reason: null,
      nextAt: null,
    };
    await store.onboarding.settle('target', [registered]);
    expect(await claim(10)).toMatchObject([{ fingerprint: prints[0], state: 'revoke-waiting' }]);
    await store.onboarding.settle('target', [{ ...registered, state: 'revoked' }]);
    expect(await store.onboarding.counts('target')).toMatchObject({
      revoked: 1,
      working: 1,
      'revoke-waiting': 0,
    });
  });

  it('are never registered when they were revoked before', async () => {
    await signedUnit(store, batch, 'ab01', ders[0]);
    const down = { id: 'x', kind: 'revocations', title: 'Revoked', reason: null };
    await store.inbox.apply({ ...down, sequence: 1, effect: revocation(0) });
    await store.onboarding.putTarget(target, '207');
    // A target that trusts a whole CA lets it in without being told: so it is told.
    expect(await claim(0)).toMatchObject([{ fingerprint: prints[0], state: 'revoke-waiting' }]);
    expect(await store.onboarding.counts('target')).toMatchObject({ 'revoke-waiting': 1, waiting: 0 });
  });

  it('are wanted once more by a target that lost its state, and only those it had', async () => {
    await store.onboarding.putTarget(target, '207');
    for (const at of [0, 1]) await signedUnit(store, batch, `ab0${at}`, ders[at]);
    await claim(0);
    const states = ['registered', 'revoked'] as const;
    const ended = states.map((state, at) => ({
      fingerprint: prints[at] ?? '',
      state,
      reason: null,
      nextAt: null,
    }));
    await store.onboarding.settle('target', ended);
    expect(await store.onboarding.again('another', 'all', '207')).toBe(0);
    expect(await store.onboarding.again('target', 'revoked', '207')).toBe(1);
    expect(await store.onboarding.counts('target')).toMatchObject({ 'revoke-waiting': 1, registered: 1 });
    await store.onboarding.settle('target', ended);
    expect(await store.onboarding.again('target', 'all', '207')).toBe(2);
    expect(await store.onboarding.counts('target')).toMatchObject({
      ...{ 'revoke-waiting': 1, waiting: 1, registered: 0, revoked: 0 },
    });
    expect(await claim(0)).toMatchObject([{ state: 'revoke-waiting' }, { state: 'waiting' }]);
  });
});
