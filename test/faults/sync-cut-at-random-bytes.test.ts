import { randomInt } from 'node:crypto';
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

it('cut again and again at any byte: goes on where the cloud says, with nothing lost and nothing double', async () => {
  const { station, stationId } = await joinedStation(test, { line: { pace: quickPace() } });
  const batch = await openTestBatch(station.store);
  await makeUnits(station.store, batch, 300);
  // From inside the handshake to inside the records; the last ones come through whole.
  const cuts = [40, 700, 2_500, 5_000, ...Array.from({ length: 6 }, () => randomInt(3_500, 9_000))];
  const before = test.proxy.connections;
  test.proxy.chaos.cutAfter = () => cuts[test.proxy.connections - before - 1] ?? Infinity;
  test.proxy.cut();
  station.notice();
  const cut = await station.until(({ state }) => state === 'offline');
  expect(cut.error).toMatchObject({
    code: 'cut',
    what: 'The connection to the cloud was cut.',
    next: 'Nothing to do: it goes on where it stopped. Everything waits here and is sent by itself later.',
    retry: true,
  });
  await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
  expect(test.proxy.connections - before).toBeGreaterThan(cuts.length);
  await expectAllThere(test, station, stationId, 300);
  expect(station.defects).toEqual([]);
  await station.dispose();
});
