import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestStation, type TestStation } from '../integration/harness.ts';
import { withoutPresence } from './station-wraps.test-support.ts';

let test: TestStation;
beforeEach(async () => {
  test = await startTestStation({ sites: 1, wrap: withoutPresence });
});
afterEach(() => test.dispose());

it('starts and clears by hand, never by itself, and a result stays until the operator says the part is out', async () => {
  const { id: batchId } = await test.openBatch(3);
  await test.hands.insert('A1');
  expect(await test.until('A1', 'ready')).toMatchObject({ part: null, run: null });
  const twice = ['first', 'second'].map(() => test.call('sites.start', { site: 'A1' }));
  expect((await Promise.allSettled(twice)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await expect(test.call('sites.start', { site: 'A1' })).rejects.toMatchObject({
    view: { code: 'site-not-ready' },
  });
  await expect(test.call('sites.clear', { site: 'A1' })).rejects.toMatchObject({
    view: { code: 'site-not-cleared' },
  });
  await test.until('A1', 'passed');
  await test.hands.remove('A1');
  await test.hands.insert('A1');
  await expect(test.call('sites.start', { site: 'A1' })).rejects.toMatchObject({
    view: { code: 'site-not-ready' },
  });
  expect((await test.call('sites.clear', { site: 'A1' })).state).toBe('ready');
  await test.call('sites.startAll', {});
  await test.until('A1', 'passed');
  const { counts } = await test.call('batches.get', { batchId });
  expect(counts).toMatchObject({ made: 2, attempts: 2, debited: 2 });
});

it('an empty socket fails without being counted and may be tried again', async () => {
  const { id: batchId } = await test.openBatch(1);
  await test.call('sites.start', { site: 'A1' });
  const failed = await test.until('A1', 'passed', 'failed', 'unknown');
  expect(failed.run?.error).toMatchObject({
    code: 'no-answer',
    chip: 'Nothing was written to it.',
    retry: true,
  });
  const { counts } = await test.call('batches.get', { batchId });
  expect(counts).toMatchObject({ made: 0, failed: 0, attempts: 0, debited: 0 });
});
