import { cp } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  expectAllThere,
  joinedStation,
  makeUnits,
  openSyncStation,
  openTestBatch,
  quickPace,
  START_MS,
  startTestCloud,
  type TestCloud,
} from './sync.test-support.ts';

let test: TestCloud;
const ahead = { ms: 0 };
beforeAll(async () => {
  test = await startTestCloud({ clock: () => new Date(Date.now() + ahead.ms) });
}, START_MS);
afterAll(() => test.dispose());

it('the copy of a running station is kept out and says so; when the other ends it is found by its chain', async () => {
  const line = { pace: quickPace() };
  const { station, stationId } = await joinedStation(test, { line });
  const batch = await openTestBatch(station.store);
  await makeUnits(station.store, batch, 2);
  station.notice();
  await station.until(({ waiting }) => waiting === 0);
  const copy = `${station.dataDir}-copy`;
  await cp(station.dataDir, copy, { recursive: true });

  const second = await openSyncStation({ dataDir: copy, line });
  const kept = await second.until(
    ({ state, error }) => state !== 'connecting' && error?.code === 'identity-in-use',
  );
  expect(kept.state).toBe('stopped');
  expect(kept.error?.what).toBe('Another station is connected under the identity of this one.');
  expect(kept.nextTryAt).not.toBeNull();
  // Both work on; only the first one's records are taken.
  await makeUnits(second.store, batch, 1);
  await makeUnits(station.store, batch, 3);
  station.notice();
  second.notice();
  await station.until(({ waiting }) => waiting === 0);
  await expectAllThere(test, station, stationId, 5);

  // The first one is switched off; a minute later the copy is let in and its chain tells what it is.
  await station.close();
  ahead.ms = 120_000;
  await second.call('sync.now', {});
  const found = await second.until(({ decision }) => decision === 'restored');
  expect(found).toMatchObject({ state: 'stopped', error: { code: 'chain-forked' } });
  await expect(second.store.outbox.state()).resolves.toMatchObject({ waiting: 3 });
  await second.dispose();
  await station.dispose();
});

it('a station that was closed in order is let in at once when it starts again', async () => {
  const line = { pace: quickPace() };
  const { station, stationId } = await joinedStation(test, { line });
  await station.close();
  const again = await openSyncStation({ dataDir: station.dataDir, line });
  await makeUnits(again.store, await openTestBatch(again.store), 1);
  again.notice();
  await again.until(({ state, waiting }) => state === 'online' && waiting === 0);
  await expectAllThere(test, again, stationId, 1);
  await again.dispose();
});
