import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFaultServer } from './fault-server.test-support.ts';
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

it('a cloud that asks to wait is given the time it asked for, and then everything', async () => {
  const pace = quickPace();
  const { station, stationId } = await joinedStation(test, { line: { pace } });
  const real = test.proxy.target;
  const busy = await startFaultServer(test, () => ({
    ...{ status: 429, headers: { 'retry-after': '7' } },
    body: { code: 'too-many', what: 'Too many calls.', next: 'Wait.', retry: true },
  }));
  pace.asked.length = 0;
  test.proxy.target = busy.port;
  test.proxy.cut();
  const batch = await openTestBatch(station.store);
  await makeUnits(station.store, batch, 5);
  station.notice();
  const waiting = await station.until(
    ({ state, error }) => state !== 'connecting' && error?.code === 'throttled',
  );
  expect(waiting).toMatchObject({ state: 'offline', waiting: 16, error: { retry: true } });
  expect(waiting.error?.what).toBe('The cloud is busy and asked to wait.');
  expect(waiting.nextTryAt).not.toBeNull();
  await station.until(() => busy.calls.length >= 3);
  expect(pace.asked.filter((ms) => ms >= 7_000 && ms < 60_000).length).toBeGreaterThanOrEqual(2);
  test.proxy.target = real;
  test.proxy.cut();
  await station.until(({ state, waiting: left }) => state === 'online' && left === 0);
  await expectAllThere(test, station, stationId, 5);
  await busy.close();
  await station.dispose();
});
