import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attemptBody, type TestStation } from '#cloud/line/station-fixtures.ts';
import { joinedStation } from '#cloud/line/station-fixtures.ts';
import type { Cloud } from '#cloud/server/cloud.ts';
import { ask, callApi, jobOf, sha256Hex } from './api.test-support.ts';
import { cloudBed, ENGINES, type CloudBed } from './cloud.test-support.ts';

const FILE = Buffer.from('firmware of the thermostat');
const SHA = sha256Hex(FILE);
const FILES = [{ name: 'firmware.bin', sha256: SHA }];

describe.each(ENGINES)('orders on %s', (engine) => {
  let bed: CloudBed;
  let cloud: Cloud;
  let admin: string;
  let station: TestStation;
  beforeAll(async () => {
    bed = await cloudBed(engine);
    cloud = await bed.node();
    admin = cloud.adminToken ?? '';
    station = await joinedStation(cloud, 'Line 1');
    await station.hello();
  });
  afterAll(() => bed.close());

  const bodyOf = (revision: number, more: Record<string, unknown> = {}) => ({
    ...{ number: `PO-${revision}`, stationId: station.membership.stationId, allowance: 5, files: FILES },
    ...{ job: jobOf([{ file: 'firmware.bin', sha256: SHA }], revision), ...more },
  });
  const messages = async () => {
    const { json } = await station.call('/v1/sync/down?after=0&limit=200');
    return (json as unknown as { messages: string[] }).messages.map(
      (jws) =>
        JSON.parse(Buffer.from(jws.split('.')[1]!, 'base64url').toString()) as {
          sequence: number;
          kind: string;
          body: Record<string, unknown>;
        },
    );
  };
  const view = async (id: string) =>
    (await ask(cloud, 'orders', admin, { query: { limit: '200' } })).rows.find((row) => row.id === id)!;

  it('asks for the file first, then for the right one, and names what is wrong with a job', async () => {
    const missing = await callApi(cloud, 'createOrder', admin, { body: bodyOf(1) });
    expect(missing.json).toMatchObject({ code: 'invalid', details: { field: 'files' } });
    const wrong = await callApi(cloud, 'putBlob', admin, {
      params: { sha256: SHA },
      bytes: Buffer.from('x'),
    });
    expect(wrong.json).toMatchObject({ code: 'invalid', details: { field: 'sha256' } });
    await ask(cloud, 'putBlob', admin, { params: { sha256: SHA }, bytes: FILE });
    const noJob = await callApi(cloud, 'createOrder', admin, { body: bodyOf(1, { job: 'no json' }) });
    expect(noJob.json).toMatchObject({ code: 'invalid', details: { field: 'job' } });
    const other = bodyOf(1, { files: [{ name: 'else.bin', sha256: SHA }] });
    expect((await callApi(cloud, 'createOrder', admin, { body: other })).json).toMatchObject({
      what: expect.stringContaining('firmware.bin') as string,
    });
    expect(await messages()).toEqual([]);
  });

  it('takes a file larger than any JSON may be', async () => {
    const large = Buffer.alloc(6 * 1024 * 1024, 7);
    const sha256 = sha256Hex(large);
    await ask(cloud, 'putBlob', admin, { params: { sha256 }, bytes: large });
    const received = await station.call(`/v1/sync/blobs/${sha256}`, { headers: { range: 'bytes=6291450-' } });
    expect([received.status, received.body.length]).toEqual([206, 6]);
  });

  it('reaches the station signed, with its file, and is applied by its receipt', async () => {
    await ask(cloud, 'putBlob', admin, { params: { sha256: SHA }, bytes: FILE });
    const order = await ask(cloud, 'createOrder', admin, { body: bodyOf(2) });
    expect(order).toMatchObject({ state: 'waiting', used: 0, jobName: 'Thermostat v4', revision: 2 });
    const last = (await messages()).at(-1)!;
    expect(last).toMatchObject({ kind: 'order', body: { orderId: order.id, allowance: 5 } });
    expect(last.body['files']).toEqual([{ ...FILES[0], bytes: FILE.length }]);
    expect((await station.call(`/v1/sync/blobs/${SHA}`)).body).toEqual(FILE);
    const receipt = {
      sequence: last.sequence,
      kind: 'order',
      id: order.id,
      outcome: 'applied',
      reason: null,
    };
    await station.upload([station.line('receipt', receipt)]);
    expect(await view(order.id)).toMatchObject({ state: 'applied' });
  });

  it('shows a refused order with the station’s reason', async () => {
    const order = await ask(cloud, 'createOrder', admin, { body: bodyOf(3) });
    const { sequence } = (await messages()).at(-1)!;
    const receipt = {
      sequence,
      kind: 'order',
      id: order.id,
      outcome: 'refused',
      reason: 'firmware.bin is no image',
    };
    await station.upload([station.line('receipt', receipt)]);
    expect(await view(order.id)).toMatchObject({ state: 'refused', reason: 'firmware.bin is no image' });
  });

  it('fills orders of one revision in the order in which they were given, also behind a withdrawn one', async () => {
    const first = await ask(cloud, 'createOrder', admin, { body: bodyOf(4, { allowance: 4 }) });
    const made = (units: number) =>
      station.upload(
        Array.from({ length: units }, () => station.line('attempt', attemptBody({ jobRevision: 4 }))),
      );
    await made(3);
    expect((await view(first.id)).used).toBe(3);
    const params = { id: first.id };
    const withdrawn = await ask(cloud, 'withdrawOrder', admin, { params, body: { reason: 'Recall' } });
    expect(withdrawn).toMatchObject({ state: 'withdrawn', used: 3, reason: 'Recall' });
    expect((await messages()).at(-1)).toMatchObject({ kind: 'withdraw', body: { orderId: first.id } });
    const second = await ask(cloud, 'createOrder', admin, { body: bodyOf(4, { allowance: 2 }) });
    await made(1);
    expect([(await view(first.id)).used, (await view(second.id)).used]).toEqual([3, 1]);
    const twice = await callApi(cloud, 'withdrawOrder', admin, { params, body: { reason: 'Again' } });
    expect([twice.status, twice.json]).toEqual([409, expect.objectContaining({ code: 'conflict' })]);
    const { orders } = await ask(cloud, 'overview', admin);
    expect(orders).toEqual({ open: 2, allowance: 7, used: 1 });
  });

  it('gives nothing to a station that was revoked or has not joined', async () => {
    const invited = await ask(cloud, 'inviteStation', admin, { body: { name: 'Not here' } });
    const body = bodyOf(5, { stationId: invited.stationId });
    expect((await callApi(cloud, 'createOrder', admin, { body })).status).toBe(409);
    await ask(cloud, 'revokeStation', admin, {
      params: { id: station.membership.stationId },
      body: { reason: 'Stolen' },
    });
    expect((await callApi(cloud, 'createOrder', admin, { body: bodyOf(6) })).status).toBe(409);
    expect((await station.call('/v1/sync/down?after=0&limit=1')).json).toMatchObject({
      code: 'station-revoked',
    });
  });
});
