import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestStation, type TestStation } from '../integration/harness.ts';

let test: TestStation;
beforeEach(async () => {
  test = await startTestStation({ sites: 1 });
});
afterEach(() => test.dispose());

it('is refused before anything changes, and not counted', async () => {
  const { id: batchId } = await test.openBatch(3);
  await test.hands.insert('A1');
  const made = await test.until('A1', 'passed', 'failed');
  expect(made.state).toBe('passed');
  const uid = await test.hands.uid('A1');
  const before = await test.call('batches.get', { batchId });
  await test.hands.remove('A1');
  await test.until('A1', 'empty');
  await test.hands.insertPart('A1', uid);
  const again = await test.until('A1', 'passed', 'failed', 'unknown');
  expect(again.run?.error).toMatchObject({
    code: 'already-passed',
    what: 'This part has passed before',
    chip: 'Nothing was written to it.',
    next: 'Put it in the green tray with the finished parts.',
    retry: false,
  });
  const after = await test.call('batches.get', { batchId });
  expect(after.counts).toEqual({ ...before.counts });
  const { unit } = (await test.store.units.get(`uid:${uid}`))!;
  expect(unit).toMatchObject({ outcome: 'passed' });
});
