import { afterAll, beforeAll, expect, it } from 'vitest';
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

let test: TestCloud;
beforeAll(async () => {
  test = await startTestCloud();
}, START_MS);
afterAll(() => test.dispose());

it('a line that swallows everything ends by itself and the records go up on the next', async () => {
  const timeouts = { connect: 4_000, headers: 1_500, idle: 1_000 };
  const { station, stationId } = await joinedStation(test, { line: { pace: quickPace(), timeouts } });
  const batch = await openTestBatch(station.store);
  test.proxy.chaos.swallow = true;
  await makeUnits(station.store, batch, 30);
  station.notice();
  const silent = await station.until(
    ({ state, error }) => state !== 'connecting' && error?.code === 'timeout',
  );
  expect(silent).toMatchObject({ state: 'offline' });
  expect(silent.error?.what).toBe('The cloud did not answer in time.');
  test.proxy.chaos.swallow = false;
  test.proxy.cut();
  await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
  await expectAllThere(test, station, stationId, 30);
  expect(station.defects).toEqual([]);
  await station.dispose();
});
