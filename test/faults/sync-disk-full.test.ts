import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoJob, orderOf, send } from './orders.test-support.ts';
import {
  expectAllThere,
  joinedStation,
  openSyncStation,
  openTestBatch,
  quickPace,
  START_MS,
  startTestCloud,
  type TestCloud,
} from './sync.test-support.ts';
import { beginRun } from '#store/fixtures.ts';

let test: TestCloud;
const ahead = { ms: 0 };
beforeAll(async () => {
  test = await startTestCloud({ clock: () => new Date(Date.now() + ahead.ms) });
}, START_MS);
afterAll(() => test.dispose());

it('what the cloud sends finds no room: said on the screen, records go up, and it is taken once there is room', async () => {
  const line = { pace: quickPace() };
  const { station, stationId } = await joinedStation(test, { line, maxPages: 260 });
  const run = await beginRun(station.store, await openTestBatch(station.store), '01');
  const entry = { runId: run.id, phase: 'lock', irreversible: false };
  await station.until(({ waiting }) => waiting === 0);
  // SQLite's own bound raises the same error as a full disk, on every platform and without rights.
  const fill = async (bytes: number): Promise<void> => {
    for (;;) await station.store.runs.intent({ ...entry, body: { padding: 'x'.repeat(bytes) } });
  };
  await expect(fill(20_000)).rejects.toMatchObject({ code: 'disk-full' });
  await expect(fill(3_000)).rejects.toMatchObject({ code: 'disk-full' });
  await expect(fill(100)).rejects.toMatchObject({ code: 'disk-full' });
  await send(test, stationId, 'order', await orderOf(test, await demoJob(), randomUUID(), 40));
  await station.call('sync.now', {});
  const full = await station.until(
    ({ state, error }) => state !== 'connecting' && error?.code === 'disk-full',
  );
  expect(full.error?.what).toBe('The disk of this station is full: what the cloud sent cannot be kept.');
  expect(full.error?.next).toBe('Free some space. Nothing was lost: it is fetched again.');
  expect(await station.store.inbox.applied()).toBe(0);
  expect(station.jobs.size).toBe(0);
  await station.close();
  // It could not keep its session either: the cloud lets it in again when that has been silent for a minute.
  ahead.ms = 120_000;

  const roomy = await openSyncStation({ dataDir: station.dataDir, line });
  const { received } = await roomy.until((view) => view.received.length === 1 && view.waiting === 0);
  expect(received[0]).toMatchObject({ kind: 'order', outcome: 'applied' });
  await expectAllThere(test, roomy, stationId, 0);
  await roomy.dispose();
});
