import { afterEach, expect, it } from 'vitest';
import { startTestStation, type TestStation } from '../integration/harness.ts';
import { withStore } from './station-wraps.test-support.ts';

let test: TestStation;
afterEach(() => test.dispose());

it('a part put in while the batch is being closed is not begun on it', async () => {
  let meanwhile = (): Promise<void> => Promise.resolve();
  const wrap = withStore(({ batches }) => ({
    batches: {
      ...batches,
      setState: async (...args) => {
        await meanwhile();
        return batches.setState(...args);
      },
    },
  }));
  test = await startTestStation({ sites: 1, wrap });
  const { id: batchId } = await test.openBatch(2);
  meanwhile = async () => {
    await test.hands.insert('A1');
    await test.until('A1', 'ready', 'running');
    await expect(test.call('sites.start', { site: 'A1' })).rejects.toMatchObject({
      view: { code: 'batch-closing' },
    });
  };
  const closed = await test.call('batches.close', { batchId, leaveUnknown: false });
  expect(closed).toMatchObject({ state: 'closed', counts: { attempts: 0, running: 0 } });
  expect((await test.until('A1', 'ready')).run).toBeNull();
});
