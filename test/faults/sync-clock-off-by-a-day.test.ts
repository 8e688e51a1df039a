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

const DAY_MS = 86_400_000;

it.each([
  ['ahead of', DAY_MS],
  ['behind', -DAY_MS],
])('a day %s the cloud: everything works, and the screen says to set the clock', async (word, offset) => {
  const pace = quickPace({ date: () => new Date(Date.now() + offset) });
  const { station, stationId } = await joinedStation(test, { line: { pace } });
  await makeUnits(station.store, await openTestBatch(station.store), 3);
  station.notice();
  const view = await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
  expect(Math.round((view.clockOffset ?? 0) / 3600)).toBe(offset / 3_600_000);
  const { warnings } = await station.station();
  expect(warnings).toContainEqual({
    ...{ id: 'clock', level: 'warning' },
    text: `The clock of this station is 24 hours ${word} the cloud.`,
    next: 'Set the clock. The order of records does not depend on it.',
  });
  await expectAllThere(test, station, stationId, 3);
  await station.dispose();
});

it('a clock that is wrong by a year: not let through, and the screen asks to check it', async () => {
  const date = { now: () => new Date() };
  const { station, stationId } = await joinedStation(test, {
    line: { pace: quickPace({ date: () => date.now() }) },
  });
  date.now = () => new Date(Date.now() - 365 * DAY_MS);
  test.proxy.cut();
  await makeUnits(station.store, await openTestBatch(station.store), 1);
  station.notice();
  const { error } = await station.until((view) => view.error !== null);
  expect(error).toMatchObject({ code: 'tls-untrusted', details: { fault: 'time' } });
  expect(error?.next).toContain('Check clock');
  date.now = () => new Date();
  await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
  await expectAllThere(test, station, stationId, 1);
  await station.dispose();
});
