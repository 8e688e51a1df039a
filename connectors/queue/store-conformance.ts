import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Device } from '../connector.ts';
import type { Claim, OnboardingStore, Settlement, StartsAgain } from './store.ts';

export interface StoreUnderTest {
  store: OnboardingStore;
  /** Makes what the store points to, for stores that keep devices elsewhere; called before a device is used. */
  prepare?: (targetId: string, devices: readonly Device[]) => Promise<void>;
  close?: () => Promise<void>;
}

/** A device of a store test; every field follows from the number. */
export function storeTestDevice(index: number): Device {
  const certificate = new TextEncoder().encode(`certificate ${index}`);
  const fingerprint = createHash('sha256').update(certificate).digest('hex');
  const serial = index.toString(16).padStart(16, '0');
  return { fingerprint, name: `dev-${index}`, certificate, serial, deviceId: `dev-${index}` };
}

const LEASE = 60_000;
const NOW = 1_800_000_000_000;
const REASON = { code: 'refused', message: 'The target refused it.' };

/** What every `OnboardingStore` must do. Call it inside a `describe`; `open` is called before each test. */
export function itKeepsOnboardingWork(open: () => Promise<StoreUnderTest>): void {
  const bench = new Bench();
  beforeEach(async () => bench.open(await open()));
  afterEach(async () => bench.close());
  claimRules(bench);
  settleRules(bench);
  revokeRules(bench);
  deadRules(bench);
}

/** What a store that `StartsAgain` must do besides. */
export function itStartsAgain(open: () => Promise<StoreUnderTest & { store: StartsAgain }>): void {
  const bench = new Bench();
  let again: StartsAgain;
  beforeEach(async () => {
    const under = await open();
    again = under.store;
    bench.open(under);
  });
  afterEach(async () => bench.close());

  it('wants everything once more that a target lost, and only that', async () => {
    const devices = await bench.fill(3);
    await bench.store.revoke('A', devices.slice(0, 1));
    for (const to of [{ to: 'done' as const }, { to: 'done' as const }, DEAD])
      await bench.settleOne(await bench.claimOne(), to);
    expect(await bench.store.counts('A')).toMatchObject({ registered: 1, revoked: 1, dead: 1 });
    expect(await again.again('B')).toBe(0);
    expect(await again.again('A')).toBe(2);
    expect(await bench.store.counts('A')).toMatchObject({ waiting: 2, revokeWaiting: 1, dead: 1 });
    expect(await bench.claimOne()).toMatchObject({
      action: 'revoke',
      attempts: 0,
      device: { name: 'dev-0' },
    });
    expect(await bench.claimOne()).toMatchObject({ action: 'register', attempts: 0 });
  });
}

class Bench {
  #under: StoreUnderTest | undefined;

  open(under: StoreUnderTest): void {
    this.#under = under;
  }

  async close(): Promise<void> {
    await this.#under?.close?.();
  }

  get store(): OnboardingStore {
    if (this.#under === undefined) throw new Error('the store is open only inside a test');
    return this.#under.store;
  }

  /** Devices 0 to count - 1, wanted at target A. */
  async fill(count: number, targetId = 'A'): Promise<Device[]> {
    const devices = Array.from({ length: count }, (_, index) => storeTestDevice(index));
    await this.#under?.prepare?.(targetId, devices);
    expect(await this.store.add(targetId, devices)).toBe(count);
    return devices;
  }

  async claimOne(now = NOW): Promise<Claim> {
    const [claim] = await this.store.claim('A', 1, LEASE, now);
    if (claim === undefined) throw new Error('nothing was due');
    return claim;
  }

  async settleOne(claim: Claim, to: Outcome, now = NOW): Promise<number> {
    return this.store.settle([{ id: claim.id, token: claim.token, ...to }], now);
  }
}

type Outcome = { to: 'done' } | Omit<Extract<Settlement, { to: 'retry' }>, 'id' | 'token'> | typeof DEAD;
const DEAD = { to: 'dead' as const, attempts: 3, reason: REASON };

function claimRules(bench: Bench): void {
  it('keeps one item per target and fingerprint, and gives the whole device back', async () => {
    const devices = await bench.fill(2);
    expect(await bench.store.add('A', devices)).toBe(0);
    const claims = await bench.store.claim('A', 10, LEASE, NOW);
    expect(claims.map((claim) => claim.device.fingerprint).sort()).toEqual(
      devices.map((device) => device.fingerprint).sort(),
    );
    const first = claims.find((claim) => claim.device.name === 'dev-0');
    expect(first).toMatchObject({
      action: 'register',
      attempts: 0,
      device: { ...storeTestDevice(0), certificate: {} },
    });
    expect(Buffer.from(first?.device.certificate ?? []).equals(storeTestDevice(0).certificate)).toBe(true);
  });

  it('gives no item to two callers at once, and no more than asked for', async () => {
    await bench.fill(30);
    const parts = await Promise.all([1, 2, 3].map(async () => bench.store.claim('A', 10, LEASE, NOW)));
    expect(parts.map((part) => part.length)).toEqual([10, 10, 10]);
    expect(new Set(parts.flat().map((claim) => claim.id)).size).toBe(30);
    expect(await bench.store.claim('A', 10, LEASE, NOW)).toEqual([]);
  });

  it('keeps targets apart', async () => {
    await bench.fill(1, 'A');
    await bench.fill(1, 'B');
    expect(await bench.store.claim('A', 10, LEASE, NOW)).toHaveLength(1);
    expect(await bench.store.counts('B')).toMatchObject({ waiting: 1, working: 0 });
  });

  it('gives an item of a dead process to another once its lease has ended, and not before', async () => {
    await bench.fill(1);
    const first = await bench.claimOne();
    expect(await bench.store.claim('A', 1, LEASE, NOW + LEASE - 1)).toEqual([]);
    const second = await bench.claimOne(NOW + LEASE);
    expect(second.id).toBe(first.id);
    expect(await bench.settleOne(first, { to: 'done' }, NOW + LEASE)).toBe(0);
    expect(await bench.settleOne(second, { to: 'done' }, NOW + LEASE)).toBe(1);
    expect(await bench.store.counts('A')).toMatchObject({ working: 0, registered: 1 });
  });
}

function settleRules(bench: Bench): void {
  it('books done once, and says when nothing waits', async () => {
    await bench.fill(1);
    expect(await bench.store.nextDue('A')).toBeLessThanOrEqual(NOW);
    const claim = await bench.claimOne();
    expect(await bench.store.nextDue('A')).toBe(NOW + LEASE);
    expect(await bench.settleOne(claim, { to: 'done' })).toBe(1);
    expect(await bench.settleOne(claim, { to: 'done' })).toBe(0);
    expect(await bench.store.nextDue('A')).toBeNull();
    expect(await bench.store.counts('A')).toEqual({
      waiting: 0,
      working: 0,
      retry: 0,
      registered: 1,
      revoked: 0,
      dead: 0,
      revokeWaiting: 0,
    });
  });

  it('comes back with the attempts counted when its time has come, and not before', async () => {
    await bench.fill(1);
    const retry = { to: 'retry' as const, nextAt: NOW + 5_000, attempts: 2, reason: REASON };
    await bench.settleOne(await bench.claimOne(), retry);
    expect(await bench.store.counts('A')).toMatchObject({ retry: 1, revokeWaiting: 0 });
    expect(await bench.store.nextDue('A')).toBe(NOW + 5_000);
    expect(await bench.store.claim('A', 1, LEASE, NOW + 4_999)).toEqual([]);
    expect(await bench.claimOne(NOW + 5_000)).toMatchObject({ attempts: 2 });
  });
}

function revokeRules(bench: Bench): void {
  it('takes revocations before registrations', async () => {
    const devices = await bench.fill(5);
    expect(await bench.store.revoke('A', devices.slice(3, 4))).toBe(1);
    expect(await bench.store.counts('A')).toMatchObject({ waiting: 5, revokeWaiting: 1 });
    const claim = await bench.claimOne();
    expect(claim).toMatchObject({ action: 'revoke', device: { name: 'dev-3' } });
    await bench.settleOne(claim, { to: 'done' });
    expect(await bench.store.counts('A')).toMatchObject({ waiting: 4, revoked: 1 });
  });

  it('revokes what is registered, dead or unknown, and each only once', async () => {
    const devices = await bench.fill(2);
    await bench.settleOne(await bench.claimOne(), { to: 'done' });
    await bench.settleOne(await bench.claimOne(), DEAD);
    expect(await bench.store.revoke('A', devices)).toBe(2);
    expect(await bench.store.revoke('A', devices)).toBe(0);
    expect(await bench.store.add('A', devices)).toBe(0);
    expect(await bench.store.counts('A')).toMatchObject({
      waiting: 2,
      revokeWaiting: 2,
      dead: 0,
      registered: 0,
    });
  });

  it('takes the say from a registration that was under way', async () => {
    const devices = await bench.fill(1);
    const registration = await bench.claimOne();
    await bench.store.revoke('A', devices);
    expect(await bench.settleOne(registration, { to: 'done' })).toBe(0);
    expect(await bench.claimOne()).toMatchObject({ action: 'revoke', attempts: 0 });
  });
}

function deadRules(bench: Bench): void {
  const killAll = async (count: number): Promise<void> => {
    await bench.fill(count);
    for (let left = count; left > 0; left -= 1) await bench.settleOne(await bench.claimOne(), DEAD);
  };

  it('lists dead items by pages with their reasons, and claims none of them', async () => {
    await killAll(3);
    expect(await bench.store.claim('A', 10, LEASE, NOW * 2)).toEqual([]);
    const first = await bench.store.dead('A', null, 2);
    const rest = await bench.store.dead('A', first[1]?.id ?? null, 2);
    expect(first).toHaveLength(2);
    expect([...first, ...rest].map((item) => item.name).sort()).toEqual(['dev-0', 'dev-1', 'dev-2']);
    expect(first[0]).toMatchObject({ action: 'register', attempts: 3, reason: REASON });
  });

  it('tries dead items again from zero when a person says so', async () => {
    await killAll(2);
    const [item] = await bench.store.dead('A', null, 1);
    expect(await bench.store.retry('B', 'all')).toBe(0);
    expect(await bench.store.retry('A', [item?.id ?? ''])).toBe(1);
    expect(await bench.claimOne()).toMatchObject({ id: item?.id, attempts: 0 });
    expect(await bench.store.retry('A', 'all')).toBe(1);
    expect(await bench.store.counts('A')).toMatchObject({ waiting: 1, working: 1, dead: 0 });
  });

  it('forgets dead items that a person discards, and takes them when wanted again', async () => {
    await killAll(2);
    expect(await bench.store.discard('A', 'all')).toBe(2);
    expect(await bench.store.dead('A', null, 10)).toEqual([]);
    expect(await bench.store.add('A', [storeTestDevice(0)])).toBe(1);
  });
}
