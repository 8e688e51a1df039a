import { X509Certificate } from 'node:crypto';
import { AppError } from '#contract/errors.ts';
import type { RunRow, Store } from '#store/api.ts';
import { csvLine } from './csv.ts';
import { ExportFolder, type ExportFile } from './export-folder.ts';
import { signJws, type JwsSigner } from './jws.ts';
import { readme } from './readme.ts';
import { recordFile, recordName, recordSchema, type UnitRecord } from './record-schema.ts';
import { newTally, type AttemptTally } from './report-data.ts';
import { reportOf } from './report-source.ts';

export interface ExportDeps {
  store: Pick<Store, 'runs' | 'jobs' | 'batches' | 'certificates' | 'units' | 'people'>;
  authority: { root: Uint8Array; issuerCertificate: Uint8Array };
  station: UnitRecord['station'];
  by: JwsSigner;
  sign(runId: string): Promise<{ json: string; jws: string }>;
}
export interface ExportResult {
  folder: string;
  /** Passed units, each with record and certificate. */
  units: number;
  /** All files, the manifest included. */
  files: number;
}

/** Runs per page: the export holds one page at a time, whatever the size of the batch. */
const PAGE = 200;

type Page = (after: string | null) => Promise<{ rows: RunRow[]; cursor: string | null }>;

async function* paged(page: Page): AsyncGenerator<RunRow> {
  for (let after: string | null = null; ;) {
    const { rows, cursor } = await page(after);
    yield* rows;
    if (cursor === null) return;
    after = cursor;
  }
}

const columns = [
  ...['device_id', 'chip_uid', 'certificate_serial', 'outcome', 'attempt', 'failure_code', 'failure'],
  ...['site', 'operator', 'started_at', 'ended_at', 'seconds', 'allowance_debited', 'run_id'],
];

function csvOf(run: RunRow): string {
  return csvLine([
    ...[run.deviceId, run.chipUid, run.serial, run.outcome, run.attempt],
    ...[run.error?.code ?? null, run.error?.what ?? null, run.site, run.operator],
    ...[run.startedAt, run.endedAt, run.seconds, run.debited ? 'yes' : 'no', run.id],
  ]);
}

const pem = (der: Uint8Array) => new X509Certificate(Buffer.from(der)).toString();

/** The record says that there is one. */
function withoutCertificate({ id }: RunRow): AppError {
  return new AppError({
    code: 'record-incomplete',
    what: `The certificate of run ${id} is not in the store.`,
    next: 'Keep the part aside and let an engineer look at its time line.',
  });
}

async function writeUnit(deps: ExportDeps, folder: ExportFolder, run: RunRow): Promise<void> {
  const { json, jws } = await deps.sign(run.id);
  const certificate = await deps.store.certificates.ofRun(run.id);
  const record = recordSchema.parse(JSON.parse(json));
  const name = recordName(record);
  await folder.write(`records/${name}.json`, recordFile(json, jws));
  if (record.certificate === null) return;
  if (certificate === null) throw withoutCertificate(run);
  await folder.write(`certificates/${name}.pem`, pem(certificate.der));
}

/** One line per attempt, so that the counts of the report can be counted again by anyone. */
async function writeAttempts(deps: ExportDeps, batchId: string, csv: ExportFile): Promise<AttemptTally> {
  const tally = newTally();
  await csv.append(csvLine(columns));
  for await (const run of paged((after) => deps.store.units.runsOfBatch(batchId, after, PAGE))) {
    tally[run.outcome] += 1;
    tally.debited += run.debited ? 1 : 0;
    await csv.append(csvOf(run));
  }
  return tally;
}

async function fill(
  deps: ExportDeps,
  folder: ExportFolder,
  batchId: string,
  madeAt: string,
): Promise<number> {
  const { root, issuerCertificate } = deps.authority;
  await folder.write('chain.pem', pem(issuerCertificate) + pem(root));
  await folder.write('README.txt', readme(pem(root)));
  let units = 0;
  for await (const run of paged((after) => deps.store.units.passedOfBatch(batchId, after, PAGE))) {
    await writeUnit(deps, folder, run);
    units += 1;
  }
  const csv = await folder.grow('units.csv');
  const tally = await writeAttempts(deps, batchId, csv).finally(() => csv.close());
  const report = await reportOf(deps.store, deps.station, batchId, tally, madeAt);
  // Fonts and layout are loaded when a batch is exported, not when the station starts.
  const { renderReport } = await import('./report-pdf.ts');
  await folder.write('report.pdf', await renderReport(report));
  return units;
}

async function requireBatch(deps: ExportDeps, batchId: string) {
  const batch = await deps.store.batches.get(batchId);
  if (batch) return batch;
  throw new AppError({
    code: 'not-found',
    what: 'This batch is not on this station.',
    next: 'Choose a batch of the list.',
    details: { batchId },
  });
}

/**
 * Writes `folder`: records, certificates, chain, units.csv, report and signed manifest (docs/records.md). Streamed;
 * an interrupted export leaves no folder. That it was made is noted by the caller.
 */
export async function exportBatch(deps: ExportDeps, batchId: string, folder: string): Promise<ExportResult> {
  const batch = await requireBatch(deps, batchId);
  const madeAt = new Date().toISOString();
  const target = await ExportFolder.begin(folder, ['records', 'certificates']);
  try {
    const units = await fill(deps, target, batchId, madeAt);
    const head = { format: 'rootline-manifest/1', station: deps.station.name, batch: batchId } as const;
    const files = await target.finish(
      { ...head, lot: batch.lot, job: batch.jobId, madeAt, units },
      (payload) => signJws(deps.by, 'rootline-manifest+json', payload),
    );
    return { folder, units, files };
  } catch (error) {
    await target.discard();
    throw error;
  }
}
