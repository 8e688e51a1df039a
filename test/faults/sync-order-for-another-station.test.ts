import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoJob, orderOf, queued, replaceQueued, send } from './orders.test-support.ts';
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

it('an order comes down with its files, is checked, and its job can be made here', async () => {
  const { station, stationId } = await joinedStation(test, { line: { pace: quickPace() } });
  const order = await orderOf(test, await demoJob(), randomUUID(), 40);
  const sequence = await send(test, stationId, 'order', order);
  await station.call('sync.now', {});
  const { received } = await station.until((view) => view.received.some(({ kind }) => kind === 'order'));
  expect(received[0]).toMatchObject({ kind: 'order', outcome: 'applied', reason: null });
  expect(received[0]?.title).toContain('Order 4711: 40 ×');
  const folder = join(station.dataDir, 'orders', `${order.jobId}-r${order.revision}`);
  expect((await readdir(folder)).sort()).toEqual(['job.json', ...order.files.map(({ name }) => name)].sort());
  expect(station.jobs.get(order.jobId)?.recipe.revision).toBe(order.revision);
  expect((await station.store.jobs.get(order.jobId))?.allowanceLeft).toBe(40);
  // The receipt is a message of the station like any other.
  await station.until(({ waiting }) => waiting === 0);
  expect(await station.store.inbox.applied()).toBe(sequence);
  // A second one for the same revision adds to the allowance; asking again changes nothing.
  await send(test, stationId, 'order', { ...order, orderId: randomUUID(), number: '4712', allowance: 2 });
  await station.call('sync.now', {});
  await station.until((view) => view.received.length === 2);
  await station.call('sync.now', {});
  await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
  expect((await station.store.jobs.get(order.jobId))?.allowanceLeft).toBe(42);
  expect(station.defects).toEqual([]);
  await station.dispose();
});

it('an order that this station cannot make is refused with a reason, and the cloud gets a receipt', async () => {
  const { station, stationId } = await joinedStation(test, { line: { pace: quickPace() } });
  const job = await demoJob((one) => (one['target'] = 'unheard-of'));
  const order = await orderOf(test, job, randomUUID(), 40);
  await send(test, stationId, 'order', order);
  const outside = { ...order, orderId: randomUUID(), files: [{ ...order.files[0]!, name: '../../outside' }] };
  await send(test, stationId, 'order', outside);
  await station.call('sync.now', {});
  const { received } = await station.until((view) => view.received.length === 2);
  expect(received.map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
  expect(received[0]?.reason).toBe('A file has a name that this station does not take.');
  expect(received[1]?.reason).toContain('is for a chip "unheard-of", unknown here.');
  expect(station.jobs.size).toBe(0);
  await station.until(({ waiting }) => waiting === 0);
  await station.dispose();
});

it('an order for another station is not taken, whoever put it there; records go up all the same', async () => {
  const { station, stationId } = await joinedStation(test, { line: { pace: quickPace() } });
  const other = await joinedStation(test);
  const order = await orderOf(test, await demoJob(), randomUUID(), 40);
  const [mine, theirs] = [
    await send(test, stationId, 'order', order),
    await send(test, other.stationId, 'order', order),
  ];
  const right = await queued(test, stationId, mine);
  await replaceQueued(test, stationId, mine, await queued(test, other.stationId, theirs));
  await station.call('sync.now', {});
  await makeUnits(station.store, await openTestBatch(station.store), 2);
  const view = await station.until(
    ({ state, error }) => state !== 'connecting' && error?.code === 'down-other-station',
  );
  expect(view.error?.what).toBe('A message came that is meant for another station.');
  expect(view.error?.next).toBe('Nothing of it was taken in. Tell the administrator of the cloud.');
  await station.until(({ waiting }) => waiting === 0);
  await expectAllThere(test, station, stationId, 2);
  expect(await station.store.inbox.applied()).toBe(0);
  expect(station.jobs.size).toBe(0);
  // The right one in its place is taken: nothing was used up by the wrong one.
  await replaceQueued(test, stationId, mine, right);
  await station.call('sync.now', {});
  await station.until(({ error, received }) => error === null && received.length === 1);
  await other.station.dispose();
  await station.dispose();
});
