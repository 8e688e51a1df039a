import { afterEach, expect, it } from 'vitest';
import type { OperationOutput } from '#drivers/core/operations.ts';
import { startTestStation, type TestStation } from '../integration/harness.ts';
import { withDrivers } from './station-wraps.test-support.ts';

let test: TestStation;

/** The worst read of the part comes out at this rate. */
const noisy = (rate: number) =>
  withDrivers((drivers) => ({
    run: async (site, operation, input, options) => {
      const result = await drivers.run(site, operation, input, options);
      if (operation === 'reconstruct') {
        (result.output as OperationOutput<'reconstruct'>).bitErrorRates[3] = rate;
      }
      return result;
    },
  }));
afterEach(() => test.dispose());

async function make(rate: number) {
  test = await startTestStation({ sites: 1, wrap: noisy(rate) });
  await test.openBatch(1);
  await test.hands.insert('A1');
  return test.until('A1', 'passed', 'failed', 'unknown');
}

it('above the limit in one of ten reads fails the part with value and limit', async () => {
  const failed = await make(0.131);
  expect(failed.run?.error).toMatchObject({
    code: 'limit',
    what: 'Bit error 13.1 %, limit 12 %',
    chip: 'Not locked.',
    next: 'Put it in the red tray.',
  });
  const gate = failed.run?.phases.find((phase) => phase.id === 'quality-gate');
  expect(gate?.state).toBe('failed');
  expect(gate?.measurements.find((one) => one.name === 'bit-error')).toMatchObject({
    value: 13.1,
    max: 12,
    ok: false,
  });
  expect(failed.run?.phases.find((phase) => phase.id === 'lock')?.state).toBe('skipped');
});

it('at the limit exactly still passes', async () => {
  expect((await make(0.12)).state).toBe('passed');
});
