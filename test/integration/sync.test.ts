import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inviteStation } from '#cloud/join/invite.ts';
import { startTestStation } from './harness.ts';
import { carryDown, carryUp } from '../faults/courier.test-support.ts';
import { demoJob, orderOf, send } from '../faults/orders.test-support.ts';
import {
  heldBy,
  joinByFiles,
  makeUnits,
  openSyncStation,
  openTestBatch,
  quickPace,
  START_MS,
  startTestCloud,
  type TestCloud,
} from '../faults/sync.test-support.ts';

let test: TestCloud;
beforeAll(async () => {
  test = await startTestCloud();
}, START_MS);
afterAll(() => test.dispose());

const invite = async (courier = false) => {
  const { context, tenant } = test.cloud;
  return inviteStation(context, { tenantId: tenant.id, actor: 'test', name: 'Line 3', courier });
};

it(
  'joins in three steps over the line; a batch that is closed is in the cloud',
  { timeout: START_MS },
  async () => {
    const station = await startTestStation({ sites: 2, line: { pace: quickPace() } });
    const officer = station.callAs('officer');
    const { code, stationId } = await invite();
    const found = await officer('sync.look', { address: test.cloud.publicUrl });
    expect(found).toMatchObject({ fingerprint: test.cloud.rootFingerprint, tenant: test.cloud.tenant.name });
    await expect(
      officer('sync.join', { url: found.url, fingerprint: 'ab'.repeat(32), code }),
    ).rejects.toMatchObject({ view: { code: 'join-fingerprint' } });
    await expect(
      officer('sync.join', { url: found.url, fingerprint: found.fingerprint, code: 'AAAA-AAAA-AAAA-AAAA' }),
    ).rejects.toMatchObject({ view: { code: 'code-refused' } });
    // As a person types it.
    const typed = code.toLowerCase().replaceAll('-', ' ');
    const joined = await officer('sync.join', {
      url: found.url,
      fingerprint: found.fingerprint,
      code: typed,
    });
    expect(joined.cloud).toMatchObject({ url: test.cloud.stationUrl, stationId });

    const batch = await station.openBatch(2);
    for (const site of ['A1', 'A2']) {
      await station.hands.insert(site);
      await station.until(site, 'passed');
    }
    await station.call('batches.close', { batchId: batch.id, leaveUnknown: false });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const remove = station.station.events.subscribe((topic, view) => {
      if (topic === 'sync.changed' && (view as { waiting: number }).waiting === 0) resolve(undefined);
    });
    if ((await station.call('sync.get', {})).waiting === 0) resolve(undefined);
    await promise.finally(remove);
    const row = await test.cloud.context.db
      .selectFrom('batches')
      .selectAll()
      .where('id', '=', batch.id)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ station_id: stationId, state: 'closed', made: 2 });
    expect((await heldBy(test, stationId)).attempts).toHaveLength(2);
    expect(station.defects).toEqual([]);
    await station.dispose();
  },
);

it('goes through a proxy that asks for a password, and says so when it is the wrong one', async () => {
  const asked: (string | undefined)[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket) => {
    asked.push(request.headers['proxy-authorization']);
    const [host, port] = (request.url ?? '').split(':');
    if (asked.at(-1) !== `Basic ${Buffer.from('line3:s3cret pass').toString('base64')}`) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const through = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    through.on('error', () => socket.destroy());
    socket.on('error', () => through.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  const station = await openSyncStation();
  const set = (user: string) =>
    station.call('sync.settings', {
      ...{ bytesPerSecond: null, courierFolder: '' },
      proxy: `http://${user}@127.0.0.1:${port}`,
    });
  await set('line3:wrong');
  await joinByFiles(station, test);
  const refused = await station.until(
    ({ state, error }) => state !== 'connecting' && error?.code === 'proxy-refused',
  );
  expect(refused.error?.what).toBe('The proxy did not let the connection through.');
  const { settings } = await set('line3:s3cret%20pass');
  expect(settings.proxy).toBe(`http://line3@127.0.0.1:${port}`);
  await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
  // What is shown can be saved again without typing the password anew.
  await set('line3');
  await station.until(({ state }) => state === 'online');
  for (const key of ['sync.local', 'sync.membership'])
    expect(await station.store.settings.get(key)).not.toContain('s3cret');
  await station.dispose();
  proxy.closeAllConnections();
  proxy.close();
});

it('a station without a line: everything by courier, orders down and records up', async () => {
  const station = await openSyncStation();
  const stationId = await joinByFiles(station, test, '');
  await station.until(({ state }) => state === 'courier');
  await makeUnits(station.store, await openTestBatch(station.store), 12);
  const { waiting: records } = await station.call('sync.get', {});
  expect(records).toBeGreaterThanOrEqual(1 + 3 * 12);
  const up = await carryUp(station, test);
  expect(up).toMatchObject({ complete: true, transfer: { number: 1, state: 'written', records } });
  expect((await heldBy(test, stationId)).attempts).toHaveLength(12);

  const order = await orderOf(test, await demoJob(), crypto.randomUUID(), 40);
  await send(test, stationId, 'order', order);
  const down = await carryDown(station, test, stationId);
  expect(down.messages).toEqual([]);
  expect(down.transfers[0]).toMatchObject({ direction: 'down', number: 1, state: 'applied' });
  expect(station.jobs.get(order.jobId)?.recipe.revision).toBe(order.revision);
  // The acknowledgement came with it.
  const { transfers } = await station.call('courier.list', {});
  expect(transfers.find(({ direction }) => direction === 'up')).toMatchObject({ state: 'acknowledged' });
  // Its receipts go up with the next stick, numbered on.
  expect((await carryUp(station, test)).transfer).toMatchObject({ number: 2 });
  await carryDown(station, test, stationId);
  await carryUp(station, test).catch(() => undefined);
  const { head } = await station.store.outbox.state();
  expect(await heldBy(test, stationId)).toMatchObject({ position: head.position, hash: head.hash });
  expect((await station.call('sync.get', {})).received.map(({ kind }) => kind)).toContain('order');
  expect(station.defects).toEqual([]);
  await station.dispose();
});

it('an acknowledgement and an order fit on codes that are shown and scanned', async () => {
  const station = await openSyncStation();
  const stationId = await joinByFiles(station, test, '');
  await makeUnits(station.store, await openTestBatch(station.store), 1);
  const { frames } = await station.call('courier.frames', {});
  expect(frames.length).toBeGreaterThan(1);
  expect((await station.call('courier.frames', {})).frames).toEqual(frames);
  expect(stationId).not.toBe('');
  expect(await station.call('courier.frame', { text: frames[0]?.text ?? '' })).toMatchObject({
    ...{ have: 1, total: frames.length, transfer: null },
  });
  await station.dispose();
});

it('everything goes up again where a station joins anew, and its numbering begins from one', async () => {
  const station = await openSyncStation();
  const first = await joinByFiles(station, test);
  await makeUnits(station.store, await openTestBatch(station.store), 2);
  station.notice();
  await station.until(({ waiting, state }) => waiting === 0 && state === 'online');
  const second = await joinByFiles(station, test);
  await station.until(
    (view) => view.waiting === 0 && view.state === 'online' && view.cloud?.stationId === second,
  );
  expect(second).not.toBe(first);
  const { head, acknowledged } = await station.store.outbox.state();
  expect(acknowledged).toEqual(head);
  expect(await heldBy(test, second)).toMatchObject({ position: head.position, hash: head.hash, epoch: 1 });
  await station.dispose();
});
