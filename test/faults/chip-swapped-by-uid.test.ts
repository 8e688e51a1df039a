import { afterEach, beforeEach, expect, it } from 'vitest';
import { inPhase, startTestStation, type TestStation } from '../integration/harness.ts';
import { withoutPresence } from './station-wraps.test-support.ts';

let test: TestStation;
beforeEach(async () => {
  test = await startTestStation({ sites: 1, wrap: withoutPresence });
  await test.openBatch(3);
});
afterEach(() => test.dispose());

it('before the lock: the other part is left as it is, and the unique id alone has told', async () => {
  await test.hands.insert('A1');
  await test.call('sites.start', { site: 'A1' });
  await inPhase(test, 'A1', 'program');
  const other = 'ff'.repeat(16);
  await test.hands.remove('A1');
  await test.hands.insertPart('A1', other);
  const failed = await test.until('A1', 'passed', 'failed', 'unknown');
  expect(failed.state).toBe('failed');
  expect(failed.run?.error?.chip).toBe('Not locked.');
  expect(failed.run?.chipUid).not.toBe(other);
  expect(await test.hands.control('A1').status()).toMatchObject({ uid: other, dlm: 'OEM' });
});

it('under the lock: another unique id is never booked, and the part is to be put back', async () => {
  await test.hands.insert('A1');
  await test.call('sites.start', { site: 'A1' });
  await inPhase(test, 'A1', 'program');
  // From the next reset on the boot ROM gives another id: the lock is the first step that resets into it.
  await test.hands.fault('A1', `wrong-uid ${'ee'.repeat(16)}`);
  const unknown = await test.until('A1', 'passed', 'failed', 'unknown');
  expect(unknown).toMatchObject({ state: 'unknown', run: { error: { code: 'chip-swapped' } } });
  const read = await test.call('sites.readBack', { site: 'A1' });
  expect(read).toMatchObject({ state: 'unknown', run: { error: { what: 'Another part is in the socket' } } });
  await test.hands.fault('A1', null);
  const settled = await test.call('sites.readBack', { site: 'A1' });
  expect(settled).toMatchObject({
    state: 'failed',
    run: { error: { code: 'not-locked', chip: 'Not locked.' } },
  });
  const { batch } = await test.call('batches.current', {});
  expect(batch?.counts).toMatchObject({ made: 0, failed: 1, unknown: 0, debited: 1 });
});
