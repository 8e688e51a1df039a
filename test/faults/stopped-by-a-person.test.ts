import { afterEach, beforeEach, expect, it } from 'vitest';
import { inPhase, startTestStation, type TestStation } from '../integration/harness.ts';

let test: TestStation;
beforeEach(async () => {
  test = await startTestStation({ sites: 1 });
  await test.openBatch(2);
});
afterEach(() => test.dispose());

it('before the lock: failed, not locked, nothing debited, and it may be started again', async () => {
  await test.hands.insert('A1');
  await inPhase(test, 'A1', 'program');
  await test.call('sites.stop', { site: 'A1' });
  const failed = await test.until('A1', 'passed', 'failed', 'unknown');
  expect(failed.run?.error).toMatchObject({ code: 'stopped', chip: 'Not locked.', retry: true });
  expect((await test.call('batches.current', {})).batch?.counts.debited).toBe(0);
});

it('under the lock: the part is led to its reading first', async () => {
  await test.hands.insert('A1');
  await inPhase(test, 'A1', 'lock');
  await test.call('sites.stopAll', {});
  const passed = await test.until('A1', 'passed', 'failed', 'unknown');
  expect(passed).toMatchObject({ state: 'passed', run: { error: null } });
  // A fixture that sees the part knows better than a finger.
  await expect(test.call('sites.clear', { site: 'A1' })).rejects.toMatchObject({
    view: { code: 'site-not-cleared' },
  });
});
