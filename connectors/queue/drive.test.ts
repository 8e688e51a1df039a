import { describe, expect, it } from 'vitest';
import type { Capabilities, Connector, Device, DeviceResult } from '../connector.ts';
import { ConnectorError } from '../errors.ts';
import { backOffMs } from './back-off.ts';
import { OnboardingQueue } from './drive.ts';
import { InMemoryOnboarding } from './memory-store.test-support.ts';
import { runQueue } from './run.ts';
import { storeTestDevice } from './store-conformance.ts';
import { TokenBucket } from './token-bucket.ts';

const devices = (count: number): Device[] =>
  Array.from({ length: count }, (_, index) => storeTestDevice(index));

/** A target that does as it is told; the real ones are in test/peers. */
function scripted(
  answer: (device: Device) => DeviceResult['outcome'] | Error,
  some: Partial<Capabilities> = {},
) {
  const calls: string[][] = [];
  const each = async (list: readonly Device[]): Promise<DeviceResult[]> => {
    calls.push(list.map((device) => device.name));
    return Promise.resolve(list.map((device) => toResult(device, answer(device))));
  };
  const capabilities = { registersDevices: true, registersCa: false, revokes: true, publishesCrl: false };
  const connector: Connector = {
    id: 'A',
    kind: 'scripted',
    capabilities: { ...capabilities, batchSize: 10, ratePerSecond: null, ...some },
    check: async () => Promise.resolve({ ok: true, code: null, sentence: '' }),
    registerCa: async () => Promise.resolve('ok'),
    unregisterCa: async () => Promise.resolve('ok'),
    registerDevices: each,
    revokeDevices: each,
    unregisterDevices: each,
    publishCrl: async () => Promise.resolve('ok'),
    close: async () => Promise.resolve(),
  };
  return { connector, calls };
}

function toResult(device: Device, outcome: DeviceResult['outcome'] | Error): DeviceResult {
  const { fingerprint } = device;
  if (outcome instanceof Error) throw outcome;
  if (outcome !== 'failed') return { fingerprint, outcome };
  return { fingerprint, outcome, error: { code: 'refused', message: 'No.', retry: 'later' } };
}

async function bench(count: number, target: ReturnType<typeof scripted>, maxAttempts = 3) {
  const clock = { now: 1_000_000 };
  const store = new InMemoryOnboarding();
  await store.add('A', devices(count));
  const queue = new OnboardingQueue({
    store,
    connector: target.connector,
    clock: () => clock.now,
    random: () => 1,
    maxAttempts,
  });
  return { clock, store, queue };
}

describe('queue', () => {
  it('works through in batches and says when nothing waits', async () => {
    const target = scripted(() => 'ok');
    const { queue, store } = await bench(25, target);
    expect(await queue.step()).toMatchObject({ claimed: 10, done: 10, failed: 0, waitMs: 0 });
    await queue.step();
    await queue.step();
    expect(await queue.step()).toMatchObject({ claimed: 0, waitMs: null });
    expect(target.calls.map((call) => call.length)).toEqual([10, 10, 5]);
    expect(await store.counts('A')).toMatchObject({ registered: 25, waiting: 0 });
  });

  it('waits longer after each failure and gives an item up after the last try, with its reason', async () => {
    const { queue, store, clock } = await bench(
      1,
      scripted(() => 'failed'),
    );
    expect(await queue.step()).toMatchObject({ failed: 1 });
    expect(await queue.step()).toMatchObject({ claimed: 0, waitMs: 1_000 });
    clock.now += 1_000;
    await queue.step();
    expect(await queue.step()).toMatchObject({ claimed: 0, waitMs: 2_000 });
    clock.now += 2_000;
    await queue.step();
    const [dead] = await store.dead('A', null, 10);
    expect(dead).toMatchObject({ attempts: 3, reason: { code: 'refused', message: 'No.' } });
    expect(await queue.step()).toMatchObject({ claimed: 0, waitMs: null });
  });

  it('one that fails does not hold up the others', async () => {
    const { queue, store } = await bench(
      5,
      scripted((device) => (device.name === 'dev-2' ? 'failed' : 'ok')),
    );
    await queue.step();
    expect(await store.counts('A')).toMatchObject({ registered: 4, retry: 1 });
  });

  it('a target that is away costs no item a try; it rests longer each time and says why', async () => {
    let away = true;
    const gone = new ConnectorError('unreachable', 'The broker does not answer.');
    const { queue, store, clock } = await bench(
      2,
      scripted(() => (away ? gone : 'ok')),
      2,
    );
    for (const rest of [1_000, 2_000, 4_000, 8_000]) {
      expect(await queue.step()).toMatchObject({
        failed: 2,
        waitMs: rest,
        targetError: { code: 'unreachable' },
      });
      expect(await queue.step()).toMatchObject({ claimed: 0, waitMs: rest });
      clock.now += rest;
    }
    away = false;
    expect(await queue.step()).toMatchObject({ done: 2, targetError: null });
    expect(await store.counts('A')).toMatchObject({ registered: 2, dead: 0 });
  });

  it('a person who repaired the target need not wait for the rest of the pause', async () => {
    let away = true;
    const target = scripted(() => (away ? new ConnectorError('credentials', 'Wrong password.') : 'ok'));
    const { queue, store, clock } = await bench(1, target);
    await queue.step();
    away = false;
    queue.resume();
    expect(await queue.step()).toMatchObject({ claimed: 0, waitMs: 1_000 });
    clock.now += 1_000;
    expect(await queue.step()).toMatchObject({ done: 1 });
    expect(await store.counts('A')).toMatchObject({ registered: 1 });
  });

  it('keeps to the devices a second that the target allows', async () => {
    const target = scripted(() => 'ok', { ratePerSecond: 10, batchSize: 4 });
    const { queue, store, clock } = await bench(40, target);
    const start = clock.now;
    for (let step = await queue.step(); step.waitMs !== null; step = await queue.step()) {
      const made = (await store.counts('A')).registered;
      expect(made).toBeLessThanOrEqual(10 + ((clock.now - start) / 1000) * 10);
      clock.now += step.waitMs;
    }
    expect(await store.counts('A')).toMatchObject({ registered: 40 });
    expect(clock.now - start).toBeGreaterThanOrEqual(3_000);
    expect(clock.now - start).toBeLessThanOrEqual(3_100);
  });

  it('revocations of a batch go first', async () => {
    const target = scripted(() => 'ok');
    const { queue, store } = await bench(3, target);
    await store.revoke('A', [storeTestDevice(2)]);
    await queue.step();
    expect(target.calls).toEqual([['dev-2'], ['dev-0', 'dev-1']]);
  });

  it('a call that was cancelled leaves everything waiting', async () => {
    const { queue, store } = await bench(
      2,
      scripted(() => new ConnectorError('cancelled', 'Stopped.')),
    );
    expect(await queue.step()).toMatchObject({ failed: 2, waitMs: 0 });
    expect(await store.counts('A')).toMatchObject({ retry: 2, dead: 0 });
  });
});

describe('run', () => {
  it('goes on after the store failed, and ends with the signal', async () => {
    const { queue, store } = await bench(
      3,
      scripted(() => 'ok'),
    );
    const claim = store.claim.bind(store);
    store.claim = async () => {
      store.claim = claim;
      return Promise.reject(new Error('the database was restarted'));
    };
    const errors: unknown[] = [];
    const stop = new AbortController();
    await runQueue(queue, {
      signal: stop.signal,
      onError: (error) => errors.push(error),
      wait: async (ms) => {
        if (ms === null) stop.abort();
        return Promise.resolve();
      },
    });
    expect(errors).toHaveLength(1);
    expect(await store.counts('A')).toMatchObject({ registered: 3 });
  });
});

describe('token bucket', () => {
  it('fills with time, never beyond a second, and takes nothing from a clock set back', () => {
    const clock = { now: 0 };
    const bucket = new TokenBucket(10, () => clock.now);
    bucket.take(10);
    expect(bucket.available()).toBe(0);
    expect(bucket.waitMs()).toBe(100);
    clock.now = -5_000;
    expect(bucket.available()).toBe(0);
    clock.now = -4_900;
    expect(bucket.available()).toBe(1);
    clock.now = 60_000;
    expect(bucket.available()).toBe(10);
  });

  it('a target slower than one a second gets one at a time', () => {
    const clock = { now: 0 };
    const bucket = new TokenBucket(0.5, () => clock.now);
    expect(bucket.available()).toBe(1);
    bucket.take(1);
    expect(bucket.waitMs()).toBe(2_000);
  });
});

it('back-off doubles to the longest, with the upper half random', () => {
  expect([1, 2, 3, 60].map((attempts) => backOffMs(attempts, () => 1))).toEqual([
    1_000, 2_000, 4_000, 900_000,
  ]);
  expect(backOffMs(3, () => 0)).toBe(2_000);
});
