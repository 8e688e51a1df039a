import { afterEach, expect, it } from 'vitest';
import { startTestStation, type TestStation } from '../integration/harness.ts';
import { withStore } from './station-wraps.test-support.ts';

let test: TestStation;
afterEach(() => test.dispose());

it('in the moment the run ends: the new part is never shown as passed, it is made', async () => {
  let swap = (): Promise<void> => Promise.resolve();
  const wrap = withStore(({ runs }) => ({
    runs: {
      ...runs,
      finish: async (entry) => {
        await swap();
        return runs.finish(entry);
      },
    },
  }));
  test = await startTestStation({ sites: 1, wrap });
  const { id: batchId } = await test.openBatch(2);
  const second = 'cd'.repeat(16);
  swap = async () => {
    swap = () => Promise.resolve();
    await test.hands.remove('A1');
    await test.untilSite('A1', ({ part }) => part === false);
    await test.hands.insertPart('A1', second);
    await test.untilSite('A1', ({ part }) => part === true);
  };
  await test.hands.insert('A1');
  const made = await test.untilSite('A1', ({ state, run }) => state === 'passed' && run?.chipUid === second);
  expect(made.run?.error).toBeNull();
  const { counts } = await test.call('batches.get', { batchId });
  expect(counts).toMatchObject({ made: 2, attempts: 2, debited: 2, running: 0 });
});

it('while the driver process was dead: a passed result goes with its part, and stays with it', async () => {
  test = await startTestStation({ sites: 2 });
  const { id: batchId } = await test.openBatch(4);
  const kept = 'aa'.repeat(16);
  const second = 'bb'.repeat(16);
  await test.hands.insertPart('A1', kept);
  await test.hands.insert('A2');
  await Promise.all([test.until('A1', 'passed'), test.until('A2', 'passed')]);
  const offline = test.untilSite('A2', ({ error }) => error?.code === 'host-died');
  process.kill(test.drivers.pid!, 'SIGKILL');
  await offline;
  const control = test.hands.control('A2');
  await control.remove();
  await control.insert(second);
  const made = await test.untilSite('A2', ({ state, run }) => state === 'passed' && run?.chipUid === second);
  expect(made.run?.error).toBeNull();
  expect(await test.until('A1', 'passed')).toMatchObject({ run: { chipUid: kept } });
  const { counts } = await test.call('batches.get', { batchId });
  expect(counts).toMatchObject({ made: 3, attempts: 3, failed: 0 });
});
