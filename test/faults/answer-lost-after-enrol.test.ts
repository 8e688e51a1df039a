import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DriverHost } from '#drivers/core/host-api.ts';
import { startTestStation, type TestStation } from '../integration/harness.ts';
import { withDrivers } from './station-wraps.test-support.ts';

let test: TestStation;
/** Enrolments that were asked of the driver. */
let enrolled: number;

/** The end of the first enrolment is not told; the rest of a long silence is cut short by pulling the cable. */
const silent = withDrivers((drivers) => {
  const run: DriverHost['run'] = async (site, operation, input, options) => {
    if (operation !== 'enrol') return drivers.run(site, operation, input, options);
    enrolled += 1;
    if (enrolled > 1) return drivers.run(site, operation, input, options);
    await test.hands.fault(site, 'enrol-silent');
    const running = drivers.run(site, operation, input, options);
    running.catch(() => undefined);
    await expect.poll(async () => (await test.hands.control(site).status()).dlm).toBe('ENROLLED');
    await test.hands.cable(site, false);
    return running;
  };
  return { run };
});

beforeEach(async () => {
  enrolled = 0;
  test = await startTestStation({ sites: 1, target: 'cordelia', wrap: silent });
});
afterEach(() => test.dispose());

/** Begins a batch whose first part is enrolled without saying so, and gives its link back. */
async function losesTheEnd(): Promise<{ batchId: string; uid: string }> {
  const { id: batchId } = await test.openBatch(2, 'WR9');
  await test.hands.insert('A1');
  const uid = await test.hands.uid('A1');
  const lost = await test.until('A1', 'passed', 'failed', 'unknown');
  expect(lost).toMatchObject({ state: 'unknown', run: { error: { code: 'outcome-unknown' } } });
  await test.hands.cable('A1', true);
  await test.untilSite('A1', ({ port, error }) => port !== '' && error === null);
  return { batchId, uid };
}

describe('the end of an enrolment at a cloud is lost', () => {
  it('is unknown until it is read; the module then tells its device id, passes, counts, and is enrolled once', async () => {
    const { batchId } = await losesTheEnd();
    await test.call('sites.readBack', { site: 'A1' });
    const read = await test.until('A1', 'passed', 'failed');
    expect(read).toMatchObject({ state: 'passed', run: { error: null } });
    const { deviceId } = read.run ?? {};
    expect(deviceId).toMatch(/./);
    const { counts } = await test.call('batches.get', { batchId });
    expect(counts).toMatchObject({ made: 1, unknown: 0, debited: 1 });
    const { unit, record } = await test.call('units.get', { unitId: deviceId ?? '' });
    expect(unit).toMatchObject({ outcome: 'passed', deviceId });
    expect(record?.json).toContain(deviceId);
    expect(enrolled).toBe(1);
    expect(await test.hands.control('A1').status()).toMatchObject({ dlm: 'ENROLLED' });
  });
});
