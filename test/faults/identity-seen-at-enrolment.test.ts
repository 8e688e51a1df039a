import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DriverHost } from '#drivers/core/host-api.ts';
import { startTestStation, type TestStation } from '../integration/harness.ts';
import { withDrivers } from './station-wraps.test-support.ts';

let test: TestStation;
/** The device id of the first module, which every later one says for its own. */
let first: string | null;

const cloned = withDrivers((drivers) => {
  const run: DriverHost['run'] = async (site, operation, input, options) => {
    const result = await drivers.run(site, operation, input, options);
    const output = result.output as { deviceId?: string | null };
    if (operation !== 'enrol' && operation !== 'read-state') return result;
    if (operation === 'enrol') first ??= output.deviceId ?? null;
    // A module that is not enrolled has no id to copy.
    return typeof output.deviceId === 'string'
      ? { ...result, output: { ...result.output, deviceId: first } }
      : result;
  };
  return { run };
});

beforeEach(async () => {
  first = null;
  test = await startTestStation({ sites: 1, target: 'cordelia', wrap: cloned });
});
afterEach(() => test.dispose());

describe('a job that asks for no request: its identity is looked up when it enrols', () => {
  it('passes the first module, and neither makes nor counts the copy of its identity', async () => {
    const { id: batchId } = await test.openBatch(3, 'WR9');
    await test.hands.insert('A1');
    const made = await test.until('A1', 'passed', 'failed', 'unknown');
    expect(made).toMatchObject({ state: 'passed', run: { deviceId: first } });
    const { rows } = await test.call('units.search', {
      filter: { text: first ?? '', outcome: 'passed', batchId },
      ...{ after: null, limit: 10 },
    });
    expect(rows).toMatchObject([{ deviceId: first }]);
    await test.hands.remove('A1');
    await test.until('A1', 'empty');
    await test.hands.insert('A1');
    const copy = await test.until('A1', 'passed', 'failed', 'unknown');
    expect(copy).toMatchObject({ state: 'failed', run: { error: { code: 'identity-seen', retry: false } } });
    const { counts } = await test.call('batches.get', { batchId });
    expect(counts).toMatchObject({ made: 1, failed: 1 });
  });

  it('fails the copy too where only a reading tells its identity', async () => {
    await test.openBatch(3, 'WR9');
    await test.hands.insert('A1');
    await test.until('A1', 'passed');
    await test.hands.remove('A1');
    await test.until('A1', 'empty');
    await test.hands.fault('A1', 'enrol-silent');
    await test.hands.insert('A1');
    await expect.poll(async () => (await test.hands.control('A1').status()).dlm).toBe('ENROLLED');
    await test.hands.cable('A1', false);
    await test.until('A1', 'unknown', 'failed');
    await test.hands.cable('A1', true);
    await test.untilSite('A1', ({ port, error }) => port !== '' && error === null);
    await test.call('sites.readBack', { site: 'A1' });
    const copy = await test.until('A1', 'passed', 'failed');
    expect(copy).toMatchObject({ state: 'failed', run: { error: { code: 'identity-seen' } } });
  });
});
