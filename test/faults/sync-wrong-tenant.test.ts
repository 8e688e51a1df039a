import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFaultServer } from './fault-server.test-support.ts';
import {
  heldBy,
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

it('a cloud that answers for another owner gets nothing, and an officer reads why', async () => {
  const { station, stationId } = await joinedStation(test, { line: { pace: quickPace() } });
  const before = await heldBy(test, stationId);
  const now = () => new Date().toISOString();
  const other = await startFaultServer(test, (_, body) => ({
    status: 200,
    body: {
      ...{ protocol: { min: 1, max: 1 }, tenant: { id: randomUUID(), name: 'Somebody else' }, stationId },
      ...{
        place: body?.['head'],
        clock: now(),
        downHead: 0,
        renewAfter: '2099-01-01T00:00:00.000Z',
        notAfter: now(),
      },
    },
  }));
  test.proxy.target = other.port;
  test.proxy.cut();
  await makeUnits(station.store, await openTestBatch(station.store), 2);
  station.notice();
  const stopped = await station.until(
    ({ state, error }) => state !== 'connecting' && error?.code === 'wrong-tenant',
  );
  expect(stopped).toMatchObject({
    state: 'stopped',
    error: { retry: false, details: { tenant: 'Somebody else' } },
  });
  expect(stopped.error?.what).toBe('The cloud answers for another owner than the one this station joined.');
  expect(other.calls).not.toContain('/v1/sync/upload');
  expect((await heldBy(test, stationId)).position).toBe(before.position);
  await other.close();
  await station.dispose();
});

it('a server of another authority is told nothing at all', async () => {
  const { station } = await joinedStation(test, { line: { pace: quickPace() } });
  const [key, cert] = [join(station.dataDir, 'key.pem'), join(station.dataDir, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '30',
  ];
  await promisify(execFile)('openssl', [...made, '-keyout', key, '-out', cert, ...subject]);
  const tls = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  const stranger = await startFaultServer(test, () => ({ status: 200, body: {} }), tls);
  test.proxy.target = stranger.port;
  test.proxy.cut();
  await makeUnits(station.store, await openTestBatch(station.store), 1);
  station.notice();
  const refused = await station.until(
    ({ state, error }) => state !== 'connecting' && error?.code === 'tls-untrusted',
  );
  expect(refused.error?.what).toBe('Who answers is not the cloud that this station joined.');
  expect(stranger.calls).toEqual([]);
  await stranger.close();
  await station.dispose();
});
