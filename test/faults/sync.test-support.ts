import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { freshPglite } from '#cloud/db/template-fixtures.ts';
import { inviteStation } from '#cloud/join/invite.ts';
import { invitationOf, join as joinCloud } from '#cloud/join/join.ts';
import { startCloud, type Cloud } from '#cloud/server/cloud.ts';
import type { CloudOptions } from '#cloud/server/config.ts';
import type { ChannelName, Request, Response } from '#contract/contract.ts';
import type { SyncView } from '#contract/sync.ts';
import { jobTools } from '#drivers/artefacts/job-tools.ts';
import { sealedJoin } from '#protocol/join.ts';
import type { LoadedJob } from '#services/jobs/load-job.ts';
import { realPace, type Pace } from '#services/sync/pace.ts';
import { createAuthority } from '#services/pki/authority.ts';
import { CloudSide } from '#services/station/cloud-side.ts';
import type { StationDeps } from '#services/station/station.ts';
import { openVault } from '#services/vault/vault.ts';
import type { BatchRow, Store } from '#store/api.ts';
import { openBatch } from '#store/fixtures.ts';
import { openStore } from '#store/open.ts';
import { signedUnit } from '#store/outbox-fixtures.ts';
import { startChaosProxy, type ChaosProxy } from './chaos-proxy.test-support.ts';

/** A real cloud on PGlite, reached through a line that can be disturbed. */
export interface TestCloud {
  cloud: Cloud;
  proxy: ChaosProxy;
  dataDir: string;
  /** Stops it and starts it again on what its folder holds, on other ports behind the same line. */
  restart(options?: Partial<CloudOptions>): Promise<void>;
  stop(): Promise<void>;
  dispose(): Promise<void>;
}

const portOf = (url: string): number => Number(new URL(url).port);

export async function startTestCloud(options: Partial<CloudOptions> = {}): Promise<TestCloud> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rootline-cloud-'));
  await freshPglite(dataDir);
  const proxy = await startChaosProxy();
  const start = async (more: Partial<CloudOptions>): Promise<Cloud> => {
    const cloud = await startCloud({ dataDir, log: { level: 'silent' }, ...options, ...more });
    proxy.target = portOf(cloud.stationUrl);
    return cloud;
  };
  const test: TestCloud = {
    ...{ cloud: await start({}), proxy, dataDir },
    restart: async (more = {}) => {
      test.cloud = await start(more);
    },
    stop: () => test.cloud.close(),
    dispose: async () => {
      await test.cloud.close().catch(() => undefined);
      await proxy.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return test;
}

type CloudChannel = Extract<ChannelName, `sync.${string}` | `courier.${string}` | `onboarding.${string}`>;

/** The part of a station that has to do with its cloud, over a real store and vault, without drivers. */
export interface SyncStation {
  store: Store;
  dataDir: string;
  jobs: Map<string, LoadedJob>;
  defects: unknown[];
  call<C extends CloudChannel>(channel: C, request: Request<C>): Promise<Response<C>>;
  /** Resolves with the view once it holds; throws after ten seconds, saying what it was. */
  until(holds: (view: SyncView) => boolean): Promise<SyncView>;
  /** As the header shows the line, and what it warns of. */
  station(): ReturnType<CloudSide['station']>;
  /** Something was written. */
  notice(): void;
  close(): Promise<void>;
  dispose(): Promise<void>;
}

export interface SyncStationOptions {
  dataDir?: string;
  line?: StationDeps['line'];
  maxPages?: number;
  name?: string;
}

export async function openSyncStation(options: SyncStationOptions = {}): Promise<SyncStation> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'rootline-sync-')));
  const { maxPages, name = 'Line 3', line } = options;
  const store = await openStore({ dataDir, ...(maxPages === undefined ? {} : { maxPages }) });
  const vault = await openVault({ dataDir, keys: store.keys, source: { kind: 'demo-file' } });
  const authority = await createAuthority(vault, store, name);
  const jobs = new Map<string, LoadedJob>();
  const defects: unknown[] = [];
  const views = new Set<(view: SyncView) => void>();
  const side = new CloudSide({
    ...{ store, vault, authority, dataDir, jobs, name, version: '0.0.0', tools: jobTools },
    ...(line === undefined ? {} : { line }),
    openJob: () => null,
    publish: (view) => views.forEach((look) => look(view)),
    stationChanged: () => undefined,
    onDefect: (error) => void defects.push(error),
  });
  await side.loadJobs();
  await side.start();
  const handlers = side.handlers();
  const call: SyncStation['call'] = (channel, request) => {
    // The table guarantees that request and handler belong together; TypeScript cannot follow a union of keys.
    const handler = handlers[channel] as (request: unknown, context: unknown) => Promise<never>;
    return handler(request, { connection: 'test', session: null });
  };
  const close = async () => {
    await side.close();
    vault.close();
    await store.close();
  };
  return {
    ...{ store, dataDir, jobs, defects, call, close, notice: () => side.notice() },
    station: () => side.station(),
    until: (holds) => until(() => call('sync.get', {}), views, holds),
    dispose: async () => {
      await close().catch(() => undefined);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A deadline that only a failing test meets. */
const DEADLINE_MS = 25_000;
/** For hooks that start a database: a busy machine takes its time. */
export const START_MS = 90_000;

/** Time that passes faster where the line only waits: what it asked for is kept, in milliseconds. */
export function quickPace(more: Partial<Pace> = {}): Pace & { asked: number[] } {
  const asked: number[] = [];
  const sleep: Pace['sleep'] = (ms, signal) => {
    asked.push(ms);
    return realPace.sleep(Math.min(ms / 50, 200), signal);
  };
  return { ...realPace, sleep, asked, ...more };
}

async function until(
  now: () => Promise<SyncView>,
  views: Set<(view: SyncView) => void>,
  holds: (view: SyncView) => boolean,
): Promise<SyncView> {
  const { promise, resolve, reject } = Promise.withResolvers<SyncView>();
  let last = await now();
  const look = (view: SyncView) => {
    last = view;
    if (holds(view)) resolve(view);
  };
  views.add(look);
  look(last);
  const deadline = setTimeout(() => {
    const { state, waiting, acknowledged, head, error, received } = last;
    const seen = JSON.stringify({ state, waiting, acknowledged, head, error, received });
    reject(new Error(`the line did not come to what was expected: ${seen}`));
  }, DEADLINE_MS);
  return promise.finally(() => {
    clearTimeout(deadline);
    views.delete(look);
  });
}

/** Joins by the three files, as a person with a stick would; the line goes through the proxy. Returns the station id. */
export async function joinByFiles(
  station: SyncStation,
  { cloud, proxy }: TestCloud,
  stationUrl = `https://127.0.0.1:${proxy.port}`,
): Promise<string> {
  const { context, tenant } = cloud;
  const invite = { tenantId: tenant.id, actor: 'test', name: 'Line 3', courier: false };
  const { code } = await inviteStation(context, invite);
  const file = join(station.dataDir, 'invitation.json');
  await writeFile(file, JSON.stringify(await invitationOf(context, tenant.id)));
  const { fingerprint } = await station.call('sync.lookFile', { file });
  const folder = station.dataDir;
  const request = await station.call('sync.joinFile', { file, fingerprint, code, folder });
  const sealed = sealedJoin.parse(JSON.parse(await readFile(request.file, 'utf8')));
  const membership = await joinCloud(context, tenant.id, sealed);
  const answer = join(station.dataDir, 'membership.json');
  await writeFile(answer, JSON.stringify({ ...membership, stationUrl }));
  await station.call('sync.membershipFile', { file: answer });
  return membership.stationId;
}

/** What the cloud holds of a station. */
export async function heldBy({ cloud }: TestCloud, stationId: string) {
  const { db } = cloud.context;
  const row = await db
    .selectFrom('stations')
    .selectAll()
    .where('id', '=', stationId)
    .executeTakeFirstOrThrow();
  const attempts = await db.selectFrom('attempts').selectAll().where('station_id', '=', stationId).execute();
  return { ...row, attempts };
}

/** Nothing lost, nothing double: the cloud's end is the station's own, and each unit is there once. */
export async function expectAllThere(
  test: TestCloud,
  station: SyncStation,
  stationId: string,
  units: number,
) {
  const { head, acknowledged } = await station.store.outbox.state();
  const held = await heldBy(test, stationId);
  expect({ position: held.position, hash: held.hash }).toEqual({ position: head.position, hash: head.hash });
  expect(acknowledged).toEqual(head);
  const uids = held.attempts.map(({ chip_uid }) => chip_uid);
  expect(new Set(uids).size).toBe(units);
  expect(uids).toHaveLength(units);
}

export const newUid = (): string => randomBytes(16).toString('hex');

/** Units as an engine leaves them: attempt, certificate and record each. */
export async function makeUnits(store: Store, batch: BatchRow, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => signedUnit(store, batch, newUid())));
}

export const openTestBatch = (store: Store, allowance = 100_000): Promise<BatchRow> =>
  openBatch(store, allowance);

export interface Pair {
  test: TestCloud;
  station: SyncStation;
  stationId: string;
}

/** A station of this cloud: joined, online, and nothing waits. */
export async function joinedStation(test: TestCloud, options: SyncStationOptions = {}): Promise<Pair> {
  test.proxy.target = portOf(test.cloud.stationUrl);
  test.proxy.chaos = {};
  const station = await openSyncStation(options);
  const stationId = await joinByFiles(station, test);
  await station.until(({ state, waiting }) => state === 'online' && waiting === 0);
  return { test, station, stationId };
}
