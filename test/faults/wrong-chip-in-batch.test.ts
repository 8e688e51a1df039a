import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestStation, type TestStation } from '../integration/harness.ts';

let test: TestStation;
beforeEach(async () => {
  test = await startTestStation({ sites: 1 });
});
afterEach(() => test.dispose());

it('is refused with its own name, nothing is written to it and nothing is counted', async () => {
  await test.hands.insert('A1');
  await test.until('A1', 'ready');
  await test.hands.fault('A1', 'wrong-chip R7FA6M4AF3CFB');
  const { id: batchId } = await test.openBatch(2);
  await test.call('sites.start', { site: 'A1' });
  const failed = await test.until('A1', 'passed', 'failed', 'unknown');
  expect(failed.run?.error).toMatchObject({
    code: 'wrong-chip',
    what: 'This is not the chip of the job: it says R7FA6M4AF3CFB',
    chip: 'Nothing was written to it.',
    retry: false,
  });
  const { counts } = await test.call('batches.get', { batchId });
  expect(counts).toMatchObject({ made: 0, failed: 0, attempts: 0, debited: 0 });
  expect(await test.hands.control('A1').status()).toMatchObject({ dlm: 'OEM' });
});
