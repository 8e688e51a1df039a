import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeProcess } from '#cloud/bench/node-process.ts';
import { TestPostgres } from '#cloud/db/postgres-fixtures.ts';
import { inviteStation } from '#cloud/join/invite.ts';
import { startCloud } from '#cloud/server/cloud.ts';
import type { Figure } from './figure.ts';
import { openBenchStation } from './sync-bench/bench-station.ts';
import { fillOutbox } from './sync-bench/fill-outbox.ts';
import { openSlowLine } from './sync-bench/slow-line.ts';

/** `ROOTLINE_BENCH_SCALE=0.01` for a quick look; figures are those of the whole. */
const SCALE = Number(process.env['ROOTLINE_BENCH_SCALE'] ?? 1);
const BACKLOG = Math.round(1_000_000 * SCALE);
const DAY_UNITS = Math.round(20_000 * SCALE);
const LINE = { bytesPerSecond: 125_000, delayMs: 150 };
/** Messages of a unit: attempt, certificate, signed record. */
const PER_UNIT = 3;
const SAMPLE_MS = 200;

const figure = (name: string, value: number, unit: string, goal: number | null = null): Figure => ({
  ...{ name: `sync: ${name}`, value, unit, goal },
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface Drained {
  messages: number;
  seconds: number;
  /** Growth of this process over the drain, bytes. */
  growth: number;
  nodePeak: number;
}

/** A station that joins through `stationUrl` and hands over what was put into its outbox, to a cloud of its own process. */
async function drain(units: number, lineTo: (port: number) => Promise<number>): Promise<Drained> {
  const postgres = await TestPostgres.start();
  const folder = await mkdtemp(join(tmpdir(), 'rootline-sync-bench-'));
  const [cloudDir, stationDir] = [join(folder, 'cloud'), join(folder, 'station')];
  try {
    const stationPort = await freePort();
    const stationUrl = `https://127.0.0.1:${await lineTo(stationPort)}`;
    const base = { dataDir: cloudDir, databaseUrl: postgres.url, stationPort, stationUrl };
    const options = { ...base, background: false, log: { level: 'error' } };
    await joinEmpty(options, stationDir);
    const messages = await fillOutbox(stationDir, units);
    const node = await nodeProcess(options);
    const station = await openBenchStation(stationDir);
    const measured = await watched(() => station.drained());
    await station.close();
    const { peakBytes } = await node.stop();
    return { messages, ...measured, nodePeak: peakBytes };
  } finally {
    await postgres.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Joins before anything waits, so that the clock runs for records only. */
async function joinEmpty(options: Parameters<typeof startCloud>[0], stationDir: string): Promise<void> {
  const cloud = await startCloud(options);
  const station = await openBenchStation(stationDir);
  try {
    const invite = { tenantId: cloud.tenant.id, actor: 'bench', name: 'Bench station', courier: false };
    const { code } = await inviteStation(cloud.context, invite);
    await station.join(cloud.publicUrl, code);
    await station.drained();
  } finally {
    await station.close();
    await cloud.close();
  }
}

async function watched(work: () => Promise<void>): Promise<{ seconds: number; growth: number }> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), SAMPLE_MS);
  const started = performance.now();
  await work();
  clearInterval(timer);
  return { seconds: (performance.now() - started) / 1000, growth: peak - before };
}

/** Weeks without a line: the whole backlog over the loopback, to PostgreSQL. */
async function backlog(): Promise<Figure[]> {
  const { messages, seconds, growth, nodePeak } = await drain(Math.ceil(BACKLOG / PER_UNIT), (port) =>
    Promise.resolve(port),
  );
  return [
    figure('backlog', messages, 'records'),
    figure('backlog drained', messages / seconds, 'records/s'),
    figure('memory that the station grew by', growth / 1e6, 'MB', 256),
    figure('peak memory of the cloud’s node', nodePeak / 1e6, 'MB'),
  ];
}

/** A day's work over a slow line, against what its bytes alone take. */
async function slowDay(): Promise<Figure[]> {
  const state: { line: Awaited<ReturnType<typeof openSlowLine>> | null } = { line: null };
  const { messages, seconds } = await drain(DAY_UNITS, async (port) => {
    state.line = await openSlowLine({ ...LINE, port });
    return state.line.port;
  });
  const bytes = state.line?.bytesUp() ?? 0;
  await state.line?.close();
  const wire = bytes / LINE.bytesPerSecond;
  return [
    figure('units over 1 Mbit/s with 300 ms both ways', DAY_UNITS, 'units'),
    figure('bytes per unit on that wire', (bytes / messages) * PER_UNIT, 'B'),
    figure('seconds by the clock', seconds, 's'),
    figure('clock / what the bytes take on that wire', seconds / wire, 'ratio', 1.1),
  ];
}

export async function benchSync(): Promise<Figure[]> {
  return [...(await backlog()), ...(await slowDay())];
}
