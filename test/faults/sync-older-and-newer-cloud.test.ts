import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFaultServer } from './fault-server.test-support.ts';
import {
  joinedStation,
  makeUnits,
  openTestBatch,
  quickPace,
  START_MS,
  startTestCloud,
  type SyncStation,
  type TestCloud,
} from './sync.test-support.ts';

let test: TestCloud;
beforeAll(async () => {
  test = await startTestCloud();
}, START_MS);
afterAll(() => test.dispose());

const now = () => new Date().toISOString();
/** A cloud of another version: says more than this station knows, and speaks the given versions. */
function cloudOf(station: SyncStation, stationId: string, protocol: { min: number; max: number }) {
  return async () => {
    const { acknowledged, head } = await station.store.outbox.state();
    const hello = {
      ...{
        protocol,
        tenant: { ...test.cloud.tenant, plan: 'gold' },
        stationId,
        place: acknowledged,
        clock: now(),
      },
      ...{ downHead: 0, renewAfter: '2099-01-01T00:00:00.000Z', notAfter: now(), hints: { colour: 'blue' } },
    };
    const upload = { place: head, stored: head.position - acknowledged.position, duplicate: 0, shard: 7 };
    return startFaultServer(test, (path) => ({
      status: 200,
      body: path.endsWith('upload') ? upload : hello,
    }));
  };
}

it('a cloud one version newer that still speaks ours is taken as it is', async () => {
  const { station, stationId } = await joinedStation(test, { line: { pace: quickPace() } });
  await makeUnits(station.store, await openTestBatch(station.store), 2);
  const newer = await cloudOf(station, stationId, { min: 1, max: 2 })();
  test.proxy.target = newer.port;
  test.proxy.cut();
  station.notice();
  await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
  expect(newer.calls).toContain('/v1/sync/upload');
  await newer.close();
  await station.dispose();
});

it.each([
  ['newer', { min: 2, max: 3 }],
  ['older', { min: 0, max: 0 }],
])('a cloud too %s is told nothing, and the screen says what to update', async (_, protocol) => {
  const { station, stationId } = await joinedStation(test, { line: { pace: quickPace() } });
  const other = await cloudOf(station, stationId, protocol)();
  test.proxy.target = other.port;
  test.proxy.cut();
  await makeUnits(station.store, await openTestBatch(station.store), 2);
  station.notice();
  const stopped = await station.until(
    ({ state, error }) => state !== 'connecting' && error?.code === 'protocol-unsupported',
  );
  expect(stopped).toMatchObject({ state: 'stopped', waiting: 7, error: { retry: false } });
  expect(stopped.error?.what).toBe('This station and its cloud speak no common version.');
  expect(other.calls).not.toContain('/v1/sync/upload');
  await other.close();
  await station.dispose();
});
