import { afterEach, beforeEach, expect, it } from 'vitest';
import { leaveUnknown, startTestStation, type TestStation } from '../integration/harness.ts';

let test: TestStation;
beforeEach(async () => {
  test = await startTestStation({ sites: 1 });
});
afterEach(() => test.dispose());

it('is an engineer’s decision; the unit stays unread until its part is seen again, in whatever batch', async () => {
  const { id: batchId } = await test.openBatch(4);
  const uid = await leaveUnknown(test, test.hands, 'A1');
  const close = (role: 'operator' | 'engineer', leave: boolean) =>
    test.callAs(role)('batches.close', { batchId, leaveUnknown: leave });
  await expect(close('operator', false)).rejects.toMatchObject({ view: { code: 'sites-unread' } });
  await expect(close('operator', true)).rejects.toMatchObject({ view: { code: 'not-allowed' } });
  const closed = await close('engineer', true);
  expect(closed).toMatchObject({ state: 'closed', counts: { unknown: 1, made: 0 } });
  expect((await test.until('A1', 'offline', 'ready')).run).toBeNull();

  await test.hands.cable('A1', true);
  await test.untilSite('A1', ({ error, state }) => error === null && state === 'ready');
  const next = await test.openBatch(2);
  await test.call('sites.start', { site: 'A1' });
  const settled = await test.untilSite('A1', ({ state, run }) => state !== 'running' && run?.chipUid === uid);
  const read = settled.state === 'unknown' ? await test.until('A1', 'passed', 'failed') : settled;
  const locked = (await test.hands.control('A1').status()).dlm === 'LCK_BOOT';
  expect(read.state).toBe(locked ? 'passed' : 'failed');
  const old = await test.call('batches.get', { batchId });
  expect(old.counts).toMatchObject({ unknown: 0, made: Number(locked) });
  const { counts } = await test.call('batches.get', { batchId: next.id });
  expect(counts).toMatchObject({ made: 0, attempts: 0, debited: 0, running: 0 });
});
