import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestPostgres } from '#cloud/db/postgres-fixtures.ts';
import { call, rootPem } from '#cloud/line/station-fixtures.ts';
import { until } from '../integration/cloud.test-support.ts';
import { onSmallDisk, type SmallDisk } from './full-disk.test-support.ts';
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

const MIB = 1024 * 1024;
const UNITS = 700;
/** Of the log of TestPostgres; file names count them (PostgreSQL 15 manual, 30.6). */
const SEGMENT = 4 * MIB;

let postgres: TestPostgres;
let disk: SmallDisk | null = null;
let test: TestCloud | null = null;
beforeEach(async () => {
  postgres = await TestPostgres.start();
}, START_MS);
afterEach(async () => {
  await test?.dispose();
  if (postgres.running) await postgres.down('immediate');
  disk?.unmount();
  await postgres.close();
  [test, disk] = [null, null];
}, START_MS);

/** A cloud whose database has that folder of its data on a small disk, and a station with a night's work for it. */
async function shift(folder: 'base' | 'pg_wal') {
  await postgres.down();
  disk = await onSmallDisk(join(postgres.data, folder), 96);
  await postgres.up();
  const cloud = (test = await startTestCloud({ databaseUrl: postgres.url }));
  const pace = quickPace();
  const pair = await joinedStation(cloud, { line: { pace } });
  await pair.station.call('sync.pause', { paused: true });
  await makeUnits(pair.station.store, await openTestBatch(pair.station.store), UNITS);
  return { ...pair, disk, pace };
}

const ready = ({ cloud }: TestCloud) => call(`${cloud.publicUrl}/readyz`, { ca: rootPem(cloud) });

/** Uses up the database's log but for so many octets: what lies ready of it, behind the place that it writes at. */
async function leaveLog({ cloud }: TestCloud, spare: number): Promise<void> {
  const left = async () => {
    const { rows } = await sql<{ left: number }>`
      SELECT ((max(('x' || substr(name, 17, 8))::bit(32)::bigint) + 1) * ${SEGMENT}::bigint
        - (pg_current_wal_insert_lsn() - '0/0'))::float8 AS left
      FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'`.execute(cloud.context.db);
    return rows[0]?.left ?? 0;
  };
  for (let more = (await left()) - spare; more > 0; more = (await left()) - spare)
    await sql`SELECT pg_logical_emit_message(false, 'test', repeat('x', ${Math.min(more, MIB)}::int))`.execute(
      cloud.context.db,
    );
}

it(
  'no room for the tables in mid-upload: said as the cloud’s, nothing lost or double, and it ends by itself once there is room',
  { timeout: START_MS },
  async () => {
    const { station, stationId, disk: full, pace, test: cloud } = await shift('base');
    expect((await ready(cloud)).status).toBe(200);
    full.fill(MIB);
    pace.asked.length = 0;
    await station.call('sync.pause', { paused: false });
    const { error } = await station.until(({ state, error: said }) => state === 'offline' && said !== null);
    expect(error).toMatchObject({
      code: 'cloud-full',
      what: 'The disk of the cloud is full: it cannot keep what this station sends.',
      retry: true,
      details: { status: 503, problem: 'database-full' },
    });
    expect(error?.next).toContain("this station's own disk is not meant");
    expect(error?.next).toContain('Everything waits here and is sent by itself later.');
    const { position } = await heldBy(cloud, stationId);
    const { head } = await station.store.outbox.state();
    expect(position).toBeGreaterThan(1);
    expect(position).toBeLessThan(head.position);
    const { status, json, headers } = await ready(cloud);
    expect([status, json, headers['retry-after']]).toMatchObject([
      503,
      { code: 'not-ready', what: 'The database cannot write: its disk is full.', retry: true },
      '5',
    ]);
    // Asked again as late as the cloud said, and later: none of the tries changes anything.
    const shown = new Set<string>();
    await station.until(({ state, error: said }) => {
      shown.add(`${state} ${said?.code}`);
      // The first look may fall into a try.
      return pace.asked.filter((ms) => ms >= 10_000).length >= 4 && shown.has('offline cloud-full');
    });
    // A new try may show for a moment; that it were online never does.
    expect([...shown].filter((one) => one !== 'connecting cloud-full')).toEqual(['offline cloud-full']);
    expect((await heldBy(cloud, stationId)).position).toBe(position);
    full.makeRoom();
    await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
    await expectAllThere(cloud, station, stationId, UNITS);
    expect((await ready(cloud)).status).toBe(200);
    expect(station.defects).toEqual([]);
    await station.dispose();
  },
);

it(
  'no room for the log of the database in mid-upload: it ends; nothing lost or double once it is started with room',
  { timeout: START_MS },
  async () => {
    const { station, stationId, disk: full, test: cloud } = await shift('pg_wal');
    full.fill();
    await leaveLog(cloud, 2 * MIB);
    await station.call('sync.pause', { paused: false });
    const { error } = await station.until(({ state, error: said }) => state === 'offline' && said !== null);
    // Whether it was the server's last word or its silence.
    expect(['cloud-full', 'throttled']).toContain(error?.code);
    expect(error?.what).toMatch(/^The (disk of the )?cloud is/);
    expect(error?.details).toMatchObject({ status: 503 });
    const { status, json } = await ready(cloud);
    expect([status, json]).toMatchObject([503, { code: 'not-ready', retry: true }]);
    expect((await station.call('sync.get', {})).waiting).toBeGreaterThan(0);
    full.makeRoom();
    // As a service manager does; where it recovered by itself there is nothing to do.
    await until(async () => {
      if (!postgres.running) await postgres.up();
      return (await ready(cloud)).status === 200;
    }, 'the database is back');
    await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
    await expectAllThere(cloud, station, stationId, UNITS);
    expect(station.defects).toEqual([]);
    await station.dispose();
  },
);
