import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import { openDatabase } from '#cloud/db/open.ts';
import { TestPostgres } from '#cloud/db/postgres-fixtures.ts';
import { joinedStation, unitLines, unitMaker, type TestStation } from '#cloud/line/station-fixtures.ts';
import { startCloud } from '#cloud/server/cloud.ts';
import { nodeProcess } from './node-process.ts';

/** As scripts/figure.ts has it: scripts compose us, not the other way. */
interface Figure {
  name: string;
  value: number;
  unit: string;
  goal: number | null;
}

interface Sizes {
  stations: number;
  unitsPerStation: number;
  /** Messages per upload. */
  perUpload: number;
}

interface Upload {
  from: number;
  body: Buffer;
}

interface Load {
  station: TestStation;
  uploads: Upload[];
  bytes: number;
}

/** A station's messages as they would lie in its outbox: made, signed and packed before the clock starts. */
async function loadOf(station: TestStation, { unitsPerStation, perUpload }: Sizes): Promise<Load> {
  const make = await unitMaker(station.authority);
  const lines: string[] = [];
  for (let unit = 0; unit < unitsPerStation; unit++) lines.push(...unitLines(station, await make()));
  const uploads: Upload[] = [];
  let bytes = 0;
  for (let at = 0; at < lines.length; at += perUpload) {
    const plain = Buffer.from(
      lines
        .slice(at, at + perUpload)
        .map((line) => `${line}\n`)
        .join(''),
    );
    bytes += plain.length;
    uploads.push({ from: at + 1, body: zstdCompressSync(plain) });
  }
  return { station, uploads, bytes };
}

async function send({ station, uploads }: Load): Promise<void> {
  await station.hello({ head: station.place });
  for (const { from, body } of uploads) {
    const answer = await station.upload([], from, { body, encoding: 'zstd' });
    if (answer.status !== 200) throw new Error(answer.body.toString());
  }
}

/** Seconds until every record's signature was checked, from the moment that all had arrived. */
async function checked(
  options: { dataDir: string; url: string | undefined },
  tenantId: string,
): Promise<void> {
  const db = await openDatabase(options);
  try {
    for (;;) {
      const row = await db
        .selectFrom('records')
        .select('run_id')
        .where('tenant_id', '=', tenantId)
        .where('state', '=', 'waiting')
        .limit(1)
        .executeTakeFirst();
      if (row === undefined) return;
      await pause(50);
    }
  } finally {
    await db.destroy();
  }
}

async function measure(
  engine: string,
  postgres: TestPostgres | null,
  sizes: Sizes,
  goal: number | null,
): Promise<Figure[]> {
  const url = postgres?.url;
  const dataDir = await mkdtemp(join(tmpdir(), 'rootline-cloud-bench-'));
  const options = { dataDir, databaseUrl: url, log: { level: 'error' } };
  try {
    const first = await startCloud({ ...options, background: false });
    const tenantId = first.tenant.id;
    const stations: TestStation[] = [];
    for (let at = 0; at < sizes.stations; at++) stations.push(await joinedStation(first, `Station ${at}`));
    await first.close();
    const loads: Load[] = [];
    for (const station of stations) loads.push(await loadOf(station, sizes));
    const node = await nodeProcess(options);
    for (const { station } of loads) station.stationUrl = node.stationUrl;
    const serverBefore = postgres?.cpuSeconds() ?? 0;
    const started = performance.now();
    await Promise.all(loads.map(send));
    const seconds = (performance.now() - started) / 1000;
    if (url !== undefined) await checked({ dataDir, url }, tenantId);
    const checkedSeconds = (performance.now() - started) / 1000;
    const server = (postgres?.cpuSeconds() ?? 0) - serverBefore;
    const { peakBytes, cpuSeconds } = await node.stop();
    const units = sizes.stations * sizes.unitsPerStation;
    const bytes = loads.reduce((sum, load) => sum + load.bytes, 0);
    const figure = (name: string, value: number, unit: string, wanted: number | null = null): Figure => ({
      ...{ name: `cloud, ${engine}: ${name}`, value, unit, goal: wanted },
    });
    return [
      figure('records of any kind ingested', (units * 3) / seconds, 'records/s', goal),
      figure('units ingested (attempt, certificate and signed record each)', units / seconds, 'units/s'),
      figure('text ingested', bytes / seconds / 1e6, 'MB/s'),
      ...(url === undefined
        ? []
        : [figure('units ingested and their signature checked', units / checkedSeconds, 'units/s')]),
      figure('processor time of the node per unit, checks included', (cpuSeconds / units) * 1e6, 'µs'),
      ...(url === undefined
        ? []
        : [figure('processor time of the database per unit', (server / units) * 1e6, 'µs')]),
      figure('peak memory of the node', peakBytes / 1e6, 'MB'),
    ];
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Ingest through the stations' line, TLS and packing included, durable: PostgreSQL, then PGlite. */
export async function benchCloud(): Promise<Figure[]> {
  const postgres = await TestPostgres.start();
  try {
    const full = { stations: 4, unitsPerStation: 2500, perUpload: 3000 };
    const onPostgres = await measure('PostgreSQL', postgres, full, 5000);
    const small = { stations: 2, unitsPerStation: 1000, perUpload: 3000 };
    return [...onPostgres, ...(await measure('PGlite', null, small, null))];
  } finally {
    await postgres.close();
  }
}
