import { recipeSchema, type Recipe, type RecipePhase } from '#services/recipe.ts';
import type { CertificateRow, JournalRow, RunRow, Store } from '#store/api.ts';
import { AppError } from '#contract/errors.ts';
import { recordSchema, type UnitRecord } from './record-schema.ts';

/** Checksum as an operator compares it: the first 32 bits, `9F3C 11A0`. */
export function checksumOf(sha256: string): string {
  const head = sha256.slice(0, 8).toUpperCase();
  return `${head.slice(0, 4)} ${head.slice(4)}`;
}

type Reads = Pick<Store, 'runs' | 'jobs' | 'batches' | 'certificates'>;

function missing(what: string, runId: string): AppError {
  return new AppError({
    code: 'record-incomplete',
    what: `The record of run ${runId} cannot be made: ${what}.`,
    next: 'Keep the part aside and let an engineer look at its time line.',
    details: { runId },
  });
}

function firmwareOf({ artefacts }: Recipe): UnitRecord['firmware'] {
  return Object.entries(artefacts).map(([name, { file, sha256 }]) => ({ name, file, sha256 }));
}

type Evidence = UnitRecord['phases'][number]['evidence'];

interface PhaseSources {
  journal: readonly JournalRow[];
  measurements: Awaited<ReturnType<Store['runs']['measurements']>>;
  seconds: ReadonlyMap<string, number>;
}

/** The journalled body repeats measurements and time; the record has them once, as fields of their own. */
function evidenceOf(body: Record<string, unknown> = {}): Evidence {
  const own = Object.entries(body).filter(([name]) => name !== 'measurements' && name !== 'seconds');
  return Object.fromEntries(own) as Evidence;
}

function phaseOf(phase: RecipePhase, from: PhaseSources): UnitRecord['phases'][number] {
  const rows = from.journal.filter((row) => row.phase === phase.id);
  const evidence = rows.findLast((row) => row.kind === 'evidence' || row.kind === 'read-back');
  const { id, title, operation, irreversible } = phase;
  return {
    ...{ id, title, operation, irreversible },
    startedAt: rows.find((row) => row.kind === 'intent')?.at ?? null,
    endedAt: evidence?.at ?? null,
    seconds: from.seconds.get(id) ?? null,
    measurements: from.measurements
      .filter((one) => one.phase === id)
      .map(({ phase: _, ...measurement }) => measurement),
    evidence: evidenceOf(evidence?.body),
  };
}

async function phasesOf(store: Reads, runId: string, recipe: Recipe): Promise<UnitRecord['phases']> {
  const [journal, measurements, seconds] = await Promise.all([
    store.runs.journal(runId),
    store.runs.measurements(runId),
    store.runs.phaseSeconds(runId),
  ]);
  const times = new Map(seconds.map((one) => [one.phase, one.seconds]));
  return recipe.phases.map((phase) => phaseOf(phase, { journal, measurements, seconds: times }));
}

async function sourcesOf(store: Reads, runId: string) {
  const run = await store.runs.get(runId);
  if (run?.outcome !== 'passed' || run.chipUid === null) throw missing('it has not passed', runId);
  const [batch, certificate] = await Promise.all([
    store.batches.get(run.batchId),
    store.certificates.ofRun(runId),
  ]);
  if (batch === null) throw missing('its batch is not in the store', runId);
  const job = await store.jobs.get(batch.jobId, batch.jobRevision);
  if (job === null) throw missing('its job is not in the store', runId);
  const recipe = recipeSchema.parse(JSON.parse(job.recipe));
  const issues = recipe.phases.some(({ operation }) => operation === 'issue');
  if (issues && (certificate === null || run.deviceId === null))
    throw missing('it has no certificate', runId);
  return { run, batch, certificate, job, recipe, chipUid: run.chipUid };
}

function runOf(run: RunRow): UnitRecord['run'] {
  const { id, site, attempt, startedAt, endedAt, seconds, debited } = run;
  return { id, site, attempt, startedAt, endedAt, seconds, allowanceDebited: debited };
}

function certificateOf({ serial, fingerprint, issuer, der }: CertificateRow): UnitRecord['certificate'] {
  return { serial, sha256: fingerprint, issuer, der: Buffer.from(der).toString('base64') };
}

/**
 * The record of a passed run, from what is on disk and nothing else: the same run gives the same record at any time.
 * Throws AppError `record-incomplete`.
 */
export async function buildRecord(
  store: Reads,
  station: UnitRecord['station'],
  runId: string,
): Promise<UnitRecord> {
  const { run, batch, certificate, job, recipe, chipUid } = await sourcesOf(store, runId);
  const { id, name, revision, sha256 } = job;
  return recordSchema.parse({
    format: certificate === null ? 'rootline-record/2' : 'rootline-record/1',
    ...{
      deviceId: certificate === null ? null : run.deviceId,
      chipUid,
      outcome: 'passed',
      station,
      operator: run.operator,
    },
    batch: { id: batch.id, traveller: batch.traveller, lot: batch.lot },
    job: { id, name, revision, sha256, checksum: checksumOf(sha256) },
    ...{ target: recipe.target, rootOfTrust: recipe.rootOfTrust },
    firmware: firmwareOf(recipe),
    run: runOf(run),
    phases: await phasesOf(store, runId, recipe),
    certificate: certificate === null ? null : certificateOf(certificate),
  });
}
