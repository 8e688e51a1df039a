import { afterAll, beforeAll, expect, it } from 'vitest';
import { carryDown, carryUp } from './courier.test-support.ts';
import {
  expectAllThere,
  joinedStation,
  makeUnits,
  openTestBatch,
  quickPace,
  START_MS,
  startTestCloud,
  type TestCloud,
} from './sync.test-support.ts';

const DAY_MS = 86_400_000;
/** Both sides' clocks, set forward together. */
let days = 0;
const date = () => new Date(Date.now() + days * DAY_MS);
let test: TestCloud;
beforeAll(async () => {
  test = await startTestCloud({ clock: date });
}, START_MS);
afterAll(() => test.dispose());

it('renewed from two thirds of its life on, with new keys, while records go up', async () => {
  days = 0;
  const { station, stationId } = await joinedStation(test, { line: { pace: quickPace({ date }) } });
  const before = await station.call('sync.get', {});
  days = 70;
  await makeUnits(station.store, await openTestBatch(station.store), 2);
  await station.call('sync.now', {});
  const after = await station.until(({ cloud, waiting, state }) => {
    const renewed = cloud?.certificateEnds !== before.cloud?.certificateEnds;
    return renewed && waiting === 0 && state === 'online';
  });
  expect(after.cloud?.keyFingerprint).not.toBe(before.cloud?.keyFingerprint);
  expect(Date.parse(after.cloud?.certificateEnds ?? '')).toBeGreaterThan(date().getTime() + 80 * DAY_MS);
  await expectAllThere(test, station, stationId, 2);
  // The new one is in use: what is made next goes up under it.
  await station.call('sync.now', {});
  await station.until(({ state, error }) => state === 'online' && error === null);
  expect(station.defects).toEqual([]);
  await station.dispose();
});

it('not renewed in time: nothing is lost, the screen says so, and a courier file asks for a new one', async () => {
  days = 0;
  const { station, stationId } = await joinedStation(test, { line: { pace: quickPace({ date }) } });
  await station.call('sync.pause', { paused: true });
  await station.until(({ state }) => state === 'paused');
  days = 100;
  await makeUnits(station.store, await openTestBatch(station.store), 2);
  await station.call('sync.pause', { paused: false });
  const stopped = await station.until(
    ({ state, error }) => state !== 'connecting' && error?.code === 'tls-expired-here',
  );
  expect(stopped).toMatchObject({ state: 'stopped', waiting: 7 });
  expect(stopped.error?.what).toBe("The certificate of this station's line has ended.");
  expect(stopped.error?.next).toBe(
    'Take a courier file to the cloud and back: it renews the certificate. Records wait here, safe.',
  );
  await carryUp(station, test);
  const { messages, transfers } = await carryDown(station, test, stationId);
  expect({ messages, state: transfers[0]?.state }).toEqual({ messages: [], state: 'applied' });
  await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
  await expectAllThere(test, station, stationId, 2);
  await station.dispose();
});
