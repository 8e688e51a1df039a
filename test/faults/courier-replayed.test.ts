import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { partsOf, readPart } from '#cloud/courier/parts.ts';
import { writeTransfer } from '#cloud/courier/write-transfer.ts';
import type { BatchRow } from '#store/api.ts';
import { callApi, tokenOf } from '../integration/api.test-support.ts';
import { countOf } from '../integration/cloud.test-support.ts';
import { demoJob, orderOf, send } from './orders.test-support.ts';
import {
  heldBy,
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
let planner: string;
let station: SyncStation;
let stationId: string;
let batch: BatchRow;
/** Removed after each test. */
const sticks: string[] = [];
beforeAll(async () => {
  test = await startTestCloud();
  planner = await tokenOf(test.cloud, test.cloud.adminToken ?? '', 'planner');
}, START_MS);
afterAll(() => test.dispose());
beforeEach(async () => {
  station = await openSyncStation();
  stationId = await joinByFiles(station, test, '');
  batch = await openTestBatch(station.store);
});
afterEach(async () => {
  expect(station.defects).toEqual([]);
  await station.dispose();
  for (const folder of sticks.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newStick(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rootline-stick-'));
  sticks.push(folder);
  return folder;
}

/** Units, and a transfer with what waits: the sealed files as they lie on the stick. */
async function writtenUp(units: number): Promise<Buffer[]> {
  const folder = await newStick();
  await makeUnits(station.store, batch, units);
  const { files, complete } = await station.call('courier.write', { folder, goOn: false });
  expect(complete).toBe(true);
  return Promise.all(files.map((file) => readFile(file)));
}

/** A transfer to a station on a stick of its own, with an order that is new. */
async function writtenDown(to = stationId): Promise<string> {
  const { context, tenant } = test.cloud;
  await send(test, to, 'order', await orderOf(test, await demoJob(), crypto.randomUUID(), 40));
  const id = await writeTransfer(
    context,
    { tenantId: tenant.id, stationId: to },
    { partBytes: 1024 * 1024, by: 'test' },
  );
  const folder = await newStick();
  for (const part of await partsOf(context, tenant.id, id))
    await writeFile(join(folder, part.name), await readPart(context, tenant.id, part));
  return folder;
}

const read = (folder: string) => station.call('courier.read', { folder });

/** Brings files to the cloud; the answer to the last. */
async function bring(files: readonly Buffer[], cloud = test.cloud, token = planner) {
  let answer = { status: 0, json: null as unknown };
  for (const bytes of files) answer = await callApi(cloud, 'putPart', token, { bytes });
  return { status: answer.status, json: answer.json };
}

/** Everything that a transfer changes in the cloud. */
async function cloudHolds() {
  const { position, hash, attempts, down_applied, down_head } = await heldBy(test, stationId);
  const tables = ['attempts', 'units', 'certificates', 'records', 'batches'] as const;
  const rows = await Promise.all(tables.map((table) => countOf(test.cloud, table)));
  const { db } = test.cloud.context;
  const transfers = await db
    .selectFrom('transfers')
    .selectAll()
    .where('station_id', '=', stationId)
    .orderBy('number')
    .execute();
  const kept = await db.selectFrom('transfer_parts').select(['transfer_id', 'part']).execute();
  return { position, hash, attempts: attempts.length, down_applied, down_head, rows, transfers, kept };
}

/** Everything that a transfer changes in the station. */
async function stationHolds() {
  const { received, acknowledged, head } = await station.call('sync.get', {});
  const applied = await station.store.inbox.applied();
  const { transfers } = await station.call('courier.list', {});
  const jobs = [...station.jobs.values()].map(({ recipe }) => [recipe.id, recipe.revision]);
  const inbox = await readdir(join(station.dataDir, 'courier', 'inbox')).catch(() => []);
  return { received, acknowledged, head, applied, transfers, jobs, inbox };
}

it('the cloud is brought the same transfer twice: named, and nothing counts twice', async () => {
  const files = await writtenUp(3);
  expect(await bring(files)).toMatchObject({ status: 200, json: { number: 1, state: 'applied' } });
  const before = await cloudHolds();
  expect(before.attempts).toBe(3);
  expect(await bring(files)).toEqual({
    status: 422,
    json: {
      code: 'refused',
      what: 'Transfer 1 from Line 3 was taken in already.',
      next: 'It was taken in before; taking it in again changes nothing. The file may be deleted.',
      retry: false,
      details: { courier: 'replay' },
    },
  });
  expect(await cloudHolds()).toEqual(before);
});

it('an older transfer comes after a newer one: named, and nothing counts twice', async () => {
  const older = await writtenUp(2);
  const newer = await writtenUp(2);
  await bring(older);
  expect(await bring(newer)).toMatchObject({ status: 200, json: { number: 2, state: 'applied' } });
  const before = await cloudHolds();
  expect(before.attempts).toBe(4);
  expect(await bring(older)).toMatchObject({
    status: 422,
    json: {
      what: 'Transfer 1 from Line 3 was taken in already.',
      next: 'It was taken in before; taking it in again changes nothing. The file may be deleted.',
      details: { courier: 'replay' },
    },
  });
  expect(await cloudHolds()).toEqual(before);
});

it('a transfer is missing before the one that is brought: it waits unopened, also when it is brought again, and then both count once', async () => {
  const missing = await writtenUp(2);
  const early = await writtenUp(2);
  const reason =
    'Before transfer 2 from Line 3, these are missing: 1. Bring the missing transfers, oldest first.';
  for (const time of ['first', 'again'])
    expect(await bring(early), time).toMatchObject({
      status: 200,
      json: { number: 2, state: 'collecting', missing: [], reason },
    });
  expect(await cloudHolds()).toMatchObject({ position: 0, attempts: 0, transfers: [{ number: 2 }] });
  expect(await bring(missing)).toMatchObject({ json: { number: 1, state: 'applied' } });
  const { head } = await station.store.outbox.state();
  const { transfers, ...held } = await cloudHolds();
  expect(held).toMatchObject({ position: head.position, hash: head.hash, attempts: 4, kept: [] });
  expect(transfers.map(({ number, state, reason: left }) => [number, state, left])).toEqual([
    [1, 'applied', null],
    [2, 'applied', null],
  ]);
});

it('a transfer for another cloud is named, and leaves nothing behind', async () => {
  const other = await startTestCloud();
  try {
    const strangers = await tokenOf(other.cloud, other.cloud.adminToken ?? '', 'planner');
    const files = await writtenUp(2);
    expect(await bring(files, other.cloud, strangers)).toMatchObject({
      status: 422,
      json: {
        what: 'The courier file is sealed for somebody else.',
        next: 'Nothing of it was taken in. Take the file to the station or cloud that it is for.',
        details: { courier: 'wrong-addressee' },
      },
    });
    const { db } = other.cloud.context;
    expect(await db.selectFrom('transfers').select('id').execute()).toEqual([]);
    expect(await countOf(other.cloud, 'attempts')).toBe(0);
    // Where it is for, it is as good as before.
    expect(await bring(files)).toMatchObject({ json: { state: 'applied' } });
    expect((await cloudHolds()).attempts).toBe(2);
  } finally {
    await other.dispose();
  }
});

it('the station reads the same stick twice: named, and nothing is applied twice', async () => {
  const stick = await writtenDown();
  const [file = ''] = await readdir(stick);
  const first = await read(stick);
  expect(first).toMatchObject({ transfers: [{ number: 1, state: 'applied' }], messages: [] });
  const before = await stationHolds();
  expect(before).toMatchObject({ applied: 1, received: [{ kind: 'order', outcome: 'applied' }] });
  expect(await read(stick)).toEqual({
    transfers: [],
    messages: [
      `${join(stick, file)}: Transfer 1 from ${test.cloud.tenant.name} was taken in already. ` +
        'It was taken in before; taking it in again changes nothing. The file may be deleted.',
    ],
  });
  expect(await stationHolds()).toEqual(before);
});

it('the station reads an older stick after a newer one: named, and nothing is applied twice', async () => {
  const older = await writtenDown();
  await read(older);
  await read(await writtenDown());
  const before = await stationHolds();
  expect(before.applied).toBe(2);
  const { transfers, messages } = await read(older);
  expect({ transfers, named: messages.length }).toEqual({ transfers: [], named: 1 });
  expect(messages[0]).toContain(': Transfer 1 from ');
  expect(messages[0]).toContain('taking it in again changes nothing. The file may be deleted.');
  expect(await stationHolds()).toEqual(before);
});

it('the station misses a stick before the one that it reads: named, kept unopened, and then both are applied once', async () => {
  const [missing, early] = [await writtenDown(), await writtenDown()];
  for (const time of ['first', 'again']) {
    const { transfers } = await read(early);
    expect(transfers).toMatchObject([{ number: 2, state: 'refused', reason: { code: 'courier-gap' } }]);
    expect(transfers[0]?.reason).toMatchObject({
      what: `Before transfer 2 from ${test.cloud.tenant.name}, these are missing: 1.`,
      next: 'It stays unopened until the ones before it are here. Bring the missing transfers, oldest first.',
    });
    expect(await stationHolds(), time).toMatchObject({ applied: 0, received: [], jobs: [] });
  }
  const { transfers, messages } = await read(missing);
  expect(messages).toEqual([]);
  expect(transfers.map(({ number, state }) => [number, state])).toEqual([
    [1, 'applied'],
    [2, 'applied'],
  ]);
  const { inbox, received, applied, transfers: listed } = await stationHolds();
  expect({ inbox, applied, received: received.length }).toEqual({ inbox: [], applied: 2, received: 2 });
  expect(listed.map(({ number, state }) => [number, state])).toEqual([
    [2, 'applied'],
    [1, 'applied'],
  ]);
});

it('a stick for another station is named, and its owner takes it as before', async () => {
  const neighbour = await openSyncStation({ name: 'Line 4' });
  try {
    const stick = await writtenDown(await joinByFiles(neighbour, test, ''));
    const before = await stationHolds();
    const { transfers, messages } = await read(stick);
    expect({ transfers, named: messages.length }).toEqual({ transfers: [], named: 1 });
    expect(messages[0]).toContain(
      ': The courier file is sealed for somebody else. Nothing of it was taken in. ' +
        'Take the file to the station or cloud that it is for.',
    );
    expect(await stationHolds()).toEqual(before);
    const { transfers: taken } = await neighbour.call('courier.read', { folder: stick });
    expect(taken).toMatchObject([{ number: 1, state: 'applied' }]);
  } finally {
    await neighbour.dispose();
  }
});
