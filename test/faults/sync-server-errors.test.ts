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

it.each([
  [
    '500 with a problem',
    500,
    { code: 'internal', what: 'A defect.', next: 'Later.', retry: true },
    'server-error',
  ],
  ['502 with a page', 502, '<html>', 'server-error'],
  ['503 with the time to come back', 503, { code: 'database-away' }, 'throttled'],
  ['200 with nonsense', 200, { hello: 'world' }, 'bad-answer'],
])(
  '%s: said in words, tried again more and more slowly, then everything goes up',
  async (_, status, body, code) => {
    const pace = quickPace({ random: () => 1 });
    const { station, stationId } = await joinedStation(test, { line: { pace } });
    const real = test.proxy.target;
    const headers: Record<string, string> = status === 503 ? { 'retry-after': '1' } : {};
    const broken = await startFaultServer(test, () => ({ status, headers, body }));
    pace.asked.length = 0;
    test.proxy.target = broken.port;
    test.proxy.cut();
    const batch = await openTestBatch(station.store);
    await makeUnits(station.store, batch, 3);
    station.notice();
    const seen = await station.until(({ state, error }) => state !== 'connecting' && error?.code === code);
    expect(seen).toMatchObject({ state: 'offline', error: { retry: true } });
    expect(seen.error?.next).toContain('Everything waits here');
    await station.until(() => broken.calls.length >= 5);
    // Waits of the back-off alone: every other one is shorter than the look at the outbox.
    const waits = pace.asked.filter((ms) => ms >= 1_000 && ms % 1_000 === 0 && ms !== 5_000);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(new Set(waits).size).toBeGreaterThan(1);
    test.proxy.target = real;
    test.proxy.cut();
    await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
    await expectAllThere(test, station, stationId, 3);
    await broken.close();
    await station.dispose();
  },
);
