import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DriverHost } from '#drivers/core/host-api.ts';
import { startTestStation, type TestStation } from '../integration/harness.ts';
import { withDrivers } from './station-wraps.test-support.ts';

let test: TestStation;
let fault: { fuse: string; line: string } | null;
/** Orders to burn that reached the driver, in order. */
let burned: string[];

/** Arms the fault at the moment at which the fuse is to be burned, and at no other. */
const watched = withDrivers((drivers) => {
  const run: DriverHost['run'] = async (site, operation, input, options) => {
    const fuse = operation === 'burn' && 'fuse' in input ? input.fuse : null;
    if (fuse !== null) burned.push(fuse);
    if (fuse !== null && fuse === fault?.fuse) await test.hands.fault(site, fault.line);
    if (fuse === fault?.fuse) fault = null;
    return drivers.run(site, operation, input, options);
  };
  return { run };
});

beforeEach(async () => {
  fault = null;
  burned = [];
  test = await startTestStation({ sites: 1, target: 'esp32c3', wrap: watched });
});
afterEach(() => test.dispose());

/** Makes a part up to the fuse whose answer is lost. */
async function lose(fuse: string, line: string): Promise<void> {
  fault = { fuse, line };
  await test.hands.insert('A1');
  const view = await test.until('A1', 'passed', 'failed', 'unknown');
  expect(view).toMatchObject({ state: 'unknown', run: { error: { code: 'outcome-unknown' } } });
  // Nothing was sent a second time.
  expect(burned.filter((one) => one === fuse)).toHaveLength(1);
}

const FUSES = ['secure-boot-digest-0', 'read-protection-lock', 'secure-boot'];

describe('the answer to a burn is lost', () => {
  it('and the fuse is burned: the reading shows it, and the unit has passed', async () => {
    const { id: batchId } = await test.openBatch(1, 'TX1');
    await lose('secure-boot', 'lock-silent');
    await test.call('sites.readBack', { site: 'A1' });
    const view = await test.until('A1', 'passed', 'failed');
    expect(view.run?.error).toBeNull();
    expect(view.state).toBe('passed');
    expect(burned).toEqual(FUSES);
    const { counts } = await test.call('batches.get', { batchId });
    expect(counts).toMatchObject({ made: 1, unknown: 0, debited: 1 });
  });

  it('and the fuse is not burned: the reading shows that too; what was burned before is not given back', async () => {
    const { id: batchId } = await test.openBatch(1, 'TX1');
    await lose('secure-boot', 'lock-lost');
    await test.call('sites.readBack', { site: 'A1' });
    const view = await test.until('A1', 'passed', 'failed');
    expect(view).toMatchObject({
      state: 'failed',
      run: { error: { code: 'outcome-unknown', chip: 'Not locked.', retry: false } },
    });
    const { counts } = await test.call('batches.get', { batchId });
    expect(counts).toMatchObject({ made: 0, failed: 1, debited: 1 });
  });

  it('and no life cycle shows it: the run fails, and a new one goes on from where the chip is', async () => {
    await test.openBatch(2, 'TX1');
    await lose('secure-boot-digest-0', 'lock-silent');
    const uid = await test.hands.uid('A1');
    await test.call('sites.readBack', { site: 'A1' });
    expect((await test.until('A1', 'passed', 'failed')).run?.error?.code).toBe('outcome-unknown');
    await test.hands.remove('A1');
    await test.until('A1', 'empty');
    await test.hands.insertPart('A1', uid);
    const again = await test.until('A1', 'passed', 'failed', 'unknown');
    expect(again.run?.error).toBeNull();
    expect(again.run).toMatchObject({ attempt: 2, chipUid: uid });
    expect(burned).toEqual(['secure-boot-digest-0', ...FUSES]);
  });
});
