import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  joinByFiles,
  makeUnits,
  openSyncStation,
  openTestBatch,
  START_MS,
  startTestCloud,
  type SyncStation,
  type TestCloud,
} from './sync.test-support.ts';

let test: TestCloud;
let station: SyncStation;
let stick: string;
beforeAll(async () => {
  test = await startTestCloud();
  station = await openSyncStation();
  stick = await mkdtemp(join(tmpdir(), 'rootline-stick-'));
}, START_MS);
afterAll(async () => {
  await station.dispose();
  await test.dispose();
  await rm(stick, { recursive: true, force: true });
});

it('a transfer that is given up leaves no part behind, uses up no number, and the next one carries all of it', async () => {
  await joinByFiles(station, test, '');
  await makeUnits(station.store, await openTestBatch(station.store), 200);
  const { waiting } = await station.call('sync.get', {});
  const writing = station.call('courier.write', { folder: stick, goOn: false });
  // At once, while it begins: the earliest that a person can.
  const stopped = station.call('courier.cancel', {});
  await expect(writing).rejects.toMatchObject({ view: { code: 'courier-given-up' } });
  await stopped;
  expect(await readdir(stick)).toEqual([]);
  expect((await station.call('courier.list', {})).transfers).toEqual([]);
  const { transfer, complete } = await station.call('courier.write', { folder: stick, goOn: false });
  expect({ complete, number: transfer.number, state: transfer.state }).toEqual({
    complete: true,
    number: 1,
    state: 'written',
  });
  expect(transfer.records).toBe(waiting);
});
