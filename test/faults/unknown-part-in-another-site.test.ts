import { afterEach, beforeEach, expect, it } from 'vitest';
import { leaveUnknown, startTestStation, type TestStation } from '../integration/harness.ts';

let test: TestStation;
beforeEach(async () => {
  test = await startTestStation({ sites: 2 });
});
afterEach(() => test.dispose());

it('is read where it shows up, and the site that it left lets go', async () => {
  const { id: batchId } = await test.openBatch(4);
  const uid = await leaveUnknown(test, test.hands, 'A1');
  await test.hands.remove('A1');
  await test.hands.insertPart('A2', uid);
  const read = await test.untilSite('A2', ({ state, run }) => run?.chipUid === uid && state !== 'unknown');
  const locked = (await test.hands.control('A2').status()).dlm === 'LCK_BOOT';
  const settled = await test.until('A2', 'passed', 'failed');
  expect(settled.state).toBe(locked ? 'passed' : 'failed');
  expect(read.run?.chipUid).toBe(uid);
  const left = await test.until('A1', 'empty', 'offline');
  expect(left.run).toBeNull();
  const { counts } = await test.call('batches.get', { batchId });
  expect(counts).toMatchObject({ made: Number(locked), failed: Number(!locked), unknown: 0, running: 0 });
  expect(test.defects).toEqual([]);
});
