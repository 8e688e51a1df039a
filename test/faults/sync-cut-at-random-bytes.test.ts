import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  expectAllThere,
  joinedPair,
  makeUnits,
  openTestBatch,
  type SyncStation,
  type TestCloud,
} from './sync.test-support.ts';

let test: TestCloud;
let station: SyncStation;
let stationId: string;
beforeEach(async () => {
  ({ test, station, stationId } = await joinedPair());
});
afterEach(async () => {
  await station.dispose();
  await test.dispose();
});

it('goes up all the same', async () => {
  const batch = await openTestBatch(station.store);
  await makeUnits(station.store, batch, 20);
  station.notice();
  await station.until(({ waiting }) => waiting === 0);
  await expectAllThere(test, station, stationId, 20);
  expect(station.defects).toEqual([]);
});
