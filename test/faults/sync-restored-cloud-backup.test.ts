import { cp, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  expectAllThere,
  heldBy,
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

it('the station sends again what the cloud has forgotten', { timeout: START_MS }, async () => {
  const { station, stationId } = await joinedStation(test, { line: { pace: quickPace() } });
  const batch = await openTestBatch(station.store);
  await makeUnits(station.store, batch, 3);
  station.notice();
  await station.until(({ waiting }) => waiting === 0);
  await test.stop();
  const backup = `${test.dataDir}-backup`;
  await cp(test.dataDir, backup, { recursive: true });

  await test.restart();
  await makeUnits(station.store, batch, 4);
  await station.call('sync.now', {});
  const before = await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
  await test.stop();
  await station.call('sync.now', {});
  const away = await station.until(({ state }) => state === 'offline');
  expect(away.error?.what).toMatch(
    /^(The connection to the cloud was cut|Nobody answers at the address of the cloud)\.$/,
  );

  await rm(test.dataDir, { recursive: true });
  await cp(backup, test.dataDir, { recursive: true });
  await test.restart();
  expect((await heldBy(test, stationId)).position).toBeLessThan(before.acknowledged);
  await station.call('sync.now', {});
  await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
  await expectAllThere(test, station, stationId, 7);
  expect(station.defects).toEqual([]);
  await rm(backup, { recursive: true });
  await station.dispose();
});
