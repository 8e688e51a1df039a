import { cp } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  heldBy,
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
beforeAll(async () => {
  test = await startTestCloud();
}, START_MS);
afterAll(() => test.dispose());

it('is seen by its chain, waits for an officer, and goes on with the allowance that is really left', async () => {
  const line = { pace: quickPace() };
  const { station, stationId } = await joinedStation(test, { line });
  const batch = await openTestBatch(station.store, 100);
  await makeUnits(station.store, batch, 3);
  station.notice();
  const early = await station.until(({ waiting }) => waiting === 0);
  await station.close();
  const backup = `${station.dataDir}-backup`;
  await cp(station.dataDir, backup, { recursive: true });

  // Work goes on after the backup was made, and the cloud knows of it.
  const later = await openSyncStation({ dataDir: station.dataDir, line });
  await makeUnits(later.store, batch, 4);
  later.notice();
  const held = await later.until(({ waiting, head }) => waiting === 0 && head > early.head);
  expect((await later.store.jobs.get('JOB-1'))?.allowanceLeft).toBe(93);
  await later.dispose();

  const restored = await openSyncStation({ dataDir: backup, line });
  const stopped = await restored.until(({ decision }) => decision === 'restored');
  expect(stopped).toMatchObject({ state: 'stopped', error: { code: 'chain-forked', retry: false } });
  expect(stopped.error?.what).toBe(
    'The cloud knows more of this station than the station itself: it was restored from a backup.',
  );
  expect((await restored.station()).warnings).toContainEqual(
    expect.objectContaining({ id: 'line', level: 'error', text: stopped.error?.what }),
  );
  expect((await heldBy(test, stationId)).position).toBe(held.head);

  // Units made meanwhile are kept and go up once the officer has decided.
  await makeUnits(restored.store, batch, 2);
  restored.notice();
  await restored.call('sync.goOn', { reason: 'Disk replaced, backup of the morning' });
  const online = await restored.until(({ state, waiting }) => state === 'online' && waiting === 0);
  expect(online.decision).toBeNull();
  expect((await restored.store.jobs.get('JOB-1'))?.allowanceLeft).toBe(100 - 3 - 4 - 2);
  const after = await heldBy(test, stationId);
  const { head } = await restored.store.outbox.state();
  expect(after).toMatchObject({ epoch: 2, position: head.position, hash: head.hash });
  // What the lost disk had told stays; what the restored one tells is added: nothing lost, nothing double.
  expect(new Set(after.attempts.map(({ chip_uid }) => chip_uid)).size).toBe(9);
  expect(after.attempts).toHaveLength(9);
  expect(await restored.store.audit.verify()).toBeNull();
  await restored.dispose();
});
