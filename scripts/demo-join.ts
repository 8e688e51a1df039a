import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'undici';
import { startCloud, type Cloud } from '#cloud/server/cloud.ts';
import { api, type Answer } from '#cloud/contract/api.ts';
import { callerOf } from '#compose/caller.ts';
import type { RunningStation } from '#compose/running-station.ts';

/** A cloud beside the demo station, joined as people would: invited, compared, joined. */
export interface DemoCloud {
  publicUrl: string;
  /** Resolves with the units of the batch that the cloud holds as passed once it holds as many, or at the deadline. */
  synced(batchId: string, expected: number): Promise<{ units: number; seconds: number }>;
  close(): Promise<void>;
}

const DEADLINE_MS = 60_000;
const POLL_MS = 50;

/** Starts a cloud on its embedded database in a temporary folder and lets the station join it. */
export async function joinDemoCloud(station: RunningStation): Promise<DemoCloud> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rootline-demo-cloud-'));
  const cloud = await startCloud({ dataDir, name: 'Demo cloud', log: { level: 'silent' } });
  const client = new Client(cloud.publicUrl, { connect: { ca: pemOf(cloud.root) } });
  const close = async (): Promise<void> => {
    await client.close();
    await cloud.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await joinAsPeopleDo(station, cloud, client);
    const synced: DemoCloud['synced'] = (batchId, expected) => waitFor(cloud, client, batchId, expected);
    return { publicUrl: cloud.publicUrl, synced, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const pemOf = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;

/** One person at the console, one at the station, and the fingerprint that both see. */
async function joinAsPeopleDo(station: RunningStation, cloud: Cloud, client: Client): Promise<void> {
  const invited = await post(client, cloud, '/v1/api/stations', { name: 'Demo station' });
  const { code, rootFingerprint } = api.inviteStation.response.parse(invited);
  const call = callerOf(station, 'demo-join');
  const { people } = await call('session.people', {});
  const officer = people.find(({ role }) => role === 'officer');
  if (officer?.pin === undefined) throw new Error('This is not a demo station: it shows no PIN.');
  await call('session.signIn', { personId: officer.id, pin: officer.pin });
  const found = await call('sync.look', { address: cloud.publicUrl });
  if (found.fingerprint !== rootFingerprint) throw new Error('Another cloud answers at that address.');
  await call('sync.join', { url: found.url, fingerprint: found.fingerprint, code });
  await call('session.signOut', {});
}

async function waitFor(
  cloud: Cloud,
  client: Client,
  batchId: string,
  expected: number,
): Promise<{ units: number; seconds: number }> {
  const started = performance.now();
  for (;;) {
    const batch = await batchOf(cloud, client, batchId);
    const seconds = (performance.now() - started) / 1000;
    const whole = batch?.state === 'closed' && batch.made >= expected;
    if (whole || seconds * 1000 > DEADLINE_MS) return { units: batch?.made ?? 0, seconds };
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Null while the cloud does not know it. */
async function batchOf(cloud: Cloud, client: Client, batchId: string): Promise<Answer<'batch'> | null> {
  const path = `/v1/api/batches/${batchId}`;
  const { statusCode, body } = await client.request({ method: 'GET', path, headers: headersOf(cloud) });
  const answer = await body.json();
  return statusCode === 200 ? api.batch.response.parse(answer) : null;
}

const headersOf = ({ adminToken }: Cloud): Record<string, string> => ({
  authorization: `Bearer ${adminToken ?? ''}`,
  'content-type': 'application/json',
});

async function post(client: Client, cloud: Cloud, path: string, request: object): Promise<unknown> {
  const { statusCode, body } = await client.request({
    ...{ method: 'POST', path, headers: headersOf(cloud) },
    body: JSON.stringify(request),
  });
  if (statusCode !== 200) throw new Error(`The cloud refused ${path}: ${await body.text()}`);
  return body.json();
}
