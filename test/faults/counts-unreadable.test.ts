import { afterEach, expect, it } from 'vitest';
import { StoreError } from '#store/errors.ts';
import { startTestStation, type TestStation } from '../integration/harness.ts';
import { withStore } from './station-wraps.test-support.ts';

let test: TestStation;
afterEach(() => test.dispose());

it('when the counts cannot be read a run ends all the same, and no unit too many is made', async () => {
  let broken = false;
  const wrap = withStore(({ batches }) => ({
    batches: {
      ...batches,
      totals: (id) => (broken ? Promise.reject(new StoreError('io', 'unreadable')) : batches.totals(id)),
    },
  }));
  test = await startTestStation({ sites: 2, wrap });
  const { id: batchId } = await test.openBatch(1);
  broken = true;
  await test.hands.insert('A1');
  expect((await test.until('A1', 'passed', 'failed')).state).toBe('passed');
  expect(test.defects.length).toBeGreaterThan(0);
  await test.hands.insert('A2');
  expect((await test.untilSite('A2', ({ error }) => error !== null)).error?.code).toBe('quantity-reached');
  broken = false;
  const closed = await test.call('batches.close', { batchId, leaveUnknown: false });
  expect(closed).toMatchObject({ state: 'closed', counts: { made: 1, attempts: 1, debited: 1 } });
});

it('a run whose end could not be stored keeps its place until it was read back', async () => {
  let broken = true;
  const wrap = withStore(({ runs }) => ({
    runs: {
      ...runs,
      finish: (entry) => (broken ? Promise.reject(new StoreError('io', 'unwritable')) : runs.finish(entry)),
    },
  }));
  test = await startTestStation({ sites: 2, wrap });
  const { id: batchId } = await test.openBatch(1);
  await test.hands.insert('A1');
  const unknown = await test.until('A1', 'passed', 'failed', 'unknown');
  expect(unknown).toMatchObject({ state: 'unknown', run: { error: { code: 'io', chip: 'Locked.' } } });
  await test.hands.insert('A2');
  expect((await test.untilSite('A2', ({ error }) => error !== null)).error?.code).toBe('quantity-reached');
  await expect(test.call('batches.close', { batchId, leaveUnknown: false })).rejects.toMatchObject({
    view: { code: 'sites-unread' },
  });
  broken = false;
  expect((await test.call('sites.readBack', { site: 'A1' })).state).toBe('passed');
  const closed = await test.call('batches.close', { batchId, leaveUnknown: false });
  expect(closed.counts).toMatchObject({ made: 1, debited: 1, running: 0, unknown: 0 });
});
