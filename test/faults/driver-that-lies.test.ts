import { afterEach, expect, it } from 'vitest';
import type { OperationMap, OperationName } from '#drivers/core/operations.ts';
import { startTestStation, type TestStation } from '../integration/harness.ts';
import { withDrivers } from './station-wraps.test-support.ts';

let test: TestStation;
afterEach(() => test.dispose());

/** Makes one part on a station whose driver reports one operation's output changed. */
async function make<K extends OperationName>(operation: K, change: Partial<OperationMap[K]['output']>) {
  const wrap = withDrivers((drivers) => ({
    run: async (site, name, input, options) => {
      const result = await drivers.run(site, name, input, options);
      const asked: OperationName = name;
      if (asked === operation) Object.assign(result.output, change);
      return result;
    },
  }));
  test = await startTestStation({ sites: 1, wrap });
  await test.openBatch(2);
  await test.hands.insert('A1');
  const { state, run } = await test.until('A1', 'passed', 'failed', 'unknown');
  const { batch } = await test.call('batches.current', {});
  expect(batch?.counts.made).toBe(0);
  return { state, code: run?.error?.code, chip: run?.error?.chip };
}

it('a signature over another challenge is no proof', async () => {
  const made = await make('prove', { signature: new Uint8Array(64).fill(1) });
  expect(made).toMatchObject({ state: 'failed', chip: 'Not locked.' });
});

it('another certificate than the issued one is an identity that differs', async () => {
  const made = await make('inject', { certificateFingerprint: 'ab'.repeat(32) });
  expect(made).toEqual({ state: 'failed', code: 'identity-mismatch', chip: 'Not locked.' });
});

it('another unique id from the agent ends the run before anything is written for ever', async () => {
  const made = await make('boot-application', { chipUid: 'ab'.repeat(16) });
  expect(made).toEqual({ state: 'failed', code: 'chip-swapped', chip: 'Not locked.' });
});

it('another unique id in the last reading is never booked', async () => {
  const made = await make('read-state', { chipUid: 'ab'.repeat(16) });
  expect(made).toEqual({ state: 'unknown', code: 'chip-swapped', chip: 'It may be locked.' });
});

it('an answered lock of a part that reads open is a failed lock', async () => {
  const made = await make('read-state', { locked: false });
  expect(made).toEqual({ state: 'failed', code: 'not-locked', chip: 'Not locked.' });
});

it('another device id in the last reading is an identity that differs', async () => {
  const made = await make('read-state', { deviceId: 'ab'.repeat(32) });
  expect(made).toEqual({ state: 'failed', code: 'identity-mismatch', chip: 'Locked.' });
});
