import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attemptBody,
  batchBody,
  joinedStation,
  unitLines,
  unitMaker,
  type MadeUnit,
} from '#cloud/line/station-fixtures.ts';
import { readRecord } from '#cloud/ingest/read-log.ts';
import type { Cloud } from '#cloud/server/cloud.ts';
import {
  alertsOf,
  cloudBed,
  countOf,
  counterOf,
  ENGINES,
  until,
  type CloudBed,
} from './cloud.test-support.ts';

describe.each(ENGINES)('stations’ line on %s', (engine) => {
  let bed: CloudBed;
  let cloud: Cloud;
  beforeAll(async () => {
    bed = await cloudBed(engine);
    cloud = await bed.node();
  });
  afterAll(async () => {
    await bed.close();
  });

  it('takes a batch and its units, packed or plain, and shows them', async () => {
    const station = await joinedStation(cloud);
    expect((await station.hello()).json).toMatchObject({
      stationId: station.membership.stationId,
      downHead: 0,
    });
    const make = await unitMaker(station.authority);
    const units: MadeUnit[] = [await make(), await make(), await make()];
    const first = await station.upload([
      station.line('batch', batchBody()),
      ...unitLines(station, units[0]!),
    ]);
    expect(first.json).toEqual({ place: station.place, stored: 4, duplicate: 0 });
    for (const [index, encoding] of ['gzip', 'zstd'].entries()) {
      const lines = unitLines(station, units[index + 1]!);
      const plain = Buffer.from(lines.join('\n'));
      const body = encoding === 'gzip' ? gzipSync(plain) : zstdCompressSync(plain);
      const answer = await station.upload(lines, undefined, { body, encoding });
      expect(answer.json).toEqual({ place: station.place, stored: 3, duplicate: 0 });
    }
    expect(await countOf(cloud, 'units')).toBe(3);
    expect(await countOf(cloud, 'certificates')).toBe(3);
    expect(await counterOf(cloud, 'units_passed')).toBe(3);
    await until(async () => (await counterOf(cloud, 'records_verified')) === 3, 'records checked');
    const record = await readRecord(cloud.context.db, cloud.tenant.id, units[1]!.runId);
    expect(record?.json).toBe(units[1]!.record['json']);
    expect((await station.hello()).json).toMatchObject({ place: station.place });
  });

  it('counts a repeated line as duplicate and changes nothing twice', async () => {
    const station = await joinedStation(cloud);
    const before = await counterOf(cloud, 'attempts');
    await station.hello();
    const lines = [1, 2, 3].map(() => station.line('attempt', attemptBody()));
    await station.upload(lines.slice(0, 2), 1);
    const again = await station.upload(lines, 1);
    expect(again.json).toEqual({ place: station.place, stored: 1, duplicate: 2 });
    expect((await counterOf(cloud, 'attempts')) - before).toBe(3);
  });

  it('refuses another line at a known place, and a gap', async () => {
    const station = await joinedStation(cloud);
    await station.hello();
    await station.upload([station.line('attempt', attemptBody())]);
    const real = station.place;
    station.place = { epoch: 1, position: 0, hash: '0'.repeat(64) };
    const forged = await station.upload([station.line('attempt', attemptBody())], 1);
    expect(forged.status).toBe(409);
    expect(forged.json).toMatchObject({
      code: 'chain-forked',
      details: { atPosition: 1, atHash: real.hash },
    });
    station.place = { ...real, position: 5 };
    const gap = await station.upload([station.line('attempt', attemptBody())], 6);
    expect(gap.json).toMatchObject({ code: 'gap', retry: true, details: { position: 1 } });
    expect((await station.hello({ head: real })).json.place).toEqual(real);
  });

  it('keeps messages of a kind or form that it does not know', async () => {
    const station = await joinedStation(cloud);
    await station.hello();
    const lines = [
      station.line('weather' as 'batch', { rain: true }),
      station.line('attempt', { runId: 5 }),
      station.line('attempt', attemptBody({ operator: 'a\u0000b' })),
      station.line('attempt', attemptBody({ lot: 'x'.repeat(5000) })),
      station.line('attempt', attemptBody()),
    ];
    expect((await station.upload(lines)).json).toMatchObject({ stored: 5 });
    const { stationId } = station.membership;
    expect(await alertsOf(cloud)).toContain(`message-not-understood/${stationId}`);
    const counted = await cloud.context.db
      .selectFrom('attempts')
      .select('run_id')
      .where('tenant_id', '=', cloud.tenant.id)
      .where('station_id', '=', stationId)
      .execute();
    expect(counted).toHaveLength(1);
  });

  it('refuses what is no message, and keeps what came before it', async () => {
    const station = await joinedStation(cloud);
    await station.hello();
    const good = station.line('attempt', attemptBody());
    const after = station.place;
    const answer = await station.upload([good, '{"p":2,"k":'], 1);
    expect(answer.json).toMatchObject({ code: 'bad-message', details: { position: 2 } });
    expect((await station.upload([good, good], 1)).json.code).toBe('bad-message');
    const long = await station.upload(['x'.repeat(300_000)], 1);
    expect(long.json.code).toBe('line-too-long');
    // All of one group: nothing of it was taken, and the good line alone is.
    expect((await station.upload([good], 1)).json.place).toEqual(after);
  });

  it('lets the later word on a run win, and names a unit by its device once it has one', async () => {
    const station = await joinedStation(cloud);
    await station.hello();
    const make = await unitMaker(station.authority);
    const { attempt, deviceId, chipUid } = await make();
    const unknown = { ...attempt, deviceId: null, outcome: 'unknown', debited: true, what: 'Cable pulled' };
    await station.upload([station.line('attempt', unknown)]);
    const unitOf = (id: string) =>
      cloud.context.db
        .selectFrom('units')
        .select(['outcome', 'chip_uid'])
        .where('tenant_id', '=', cloud.tenant.id)
        .where('id', '=', id)
        .executeTakeFirst();
    expect(await unitOf(`uid:${chipUid}`)).toEqual({ outcome: 'unknown', chip_uid: chipUid });
    const passedBefore = await counterOf(cloud, 'units_passed');
    await station.upload([station.line('attempt', { ...attempt, debited: false })]);
    expect(await unitOf(`uid:${chipUid}`)).toBeUndefined();
    expect(await unitOf(deviceId)).toEqual({ outcome: 'passed', chip_uid: chipUid });
    expect((await counterOf(cloud, 'units_passed')) - passedBefore).toBe(1);
    const debit = await cloud.context.db
      .selectFrom('debits')
      .select('units')
      .where('tenant_id', '=', cloud.tenant.id)
      .where('station_id', '=', station.membership.stationId)
      .executeTakeFirstOrThrow();
    expect(debit.units).toBe(0);
  });

  it('reports a second chip with the key of a first and overwrites nothing', async () => {
    const station = await joinedStation(cloud);
    await station.hello();
    const make = await unitMaker(station.authority);
    const unit = await make();
    await station.upload(unitLines(station, unit));
    await station.upload([
      station.line('attempt', attemptBody({ deviceId: unit.deviceId, chipUid: 'ab'.repeat(16) })),
    ]);
    expect(await alertsOf(cloud)).toContain(`identity-seen/${unit.deviceId}`);
    const rows = await cloud.context.db
      .selectFrom('units')
      .select(['id', 'chip_uid'])
      .where('tenant_id', '=', cloud.tenant.id)
      .where('device_id', '=', unit.deviceId)
      .orderBy('id')
      .execute();
    expect(rows).toEqual([
      { id: unit.deviceId, chip_uid: unit.chipUid },
      { id: `uid:${'ab'.repeat(16)}`, chip_uid: 'ab'.repeat(16) },
    ]);
  });

  it('refuses a record that was altered, and one signed by another station', async () => {
    const [station, stranger] = [await joinedStation(cloud), await joinedStation(cloud)];
    await station.hello();
    const own = await (await unitMaker(station.authority))();
    const foreign = await (await unitMaker(stranger.authority))();
    const json = String(own.record['json']).replace('"114"', '"115"');
    const before = await counterOf(cloud, 'records_refused');
    await station.upload([
      station.line('record', { ...own.record, json }),
      station.line('record', foreign.record),
    ]);
    await until(async () => (await counterOf(cloud, 'records_refused')) === before + 2, 'records refused');
    expect(await alertsOf(cloud)).toContain(`record-refused/${station.membership.stationId}`);
    expect(await counterOf(cloud, 'records_waiting')).toBe(0);
  });
});
