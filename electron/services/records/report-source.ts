import { AppError } from '#contract/errors.ts';
import { paretoOf } from '#services/batches/batch-view.ts';
import { recipeSchema, type Recipe } from '#services/recipe.ts';
import type { BatchRow, BatchTotals, JobRow, Store } from '#store/api.ts';
import { checksumOf } from './build-record.ts';
import type { UnitRecord } from './record-schema.ts';
import type { AttemptTally, BatchReport } from './report-data.ts';

type Reads = Pick<Store, 'jobs' | 'batches' | 'people'>;

interface Sources {
  batch: BatchRow;
  job: JobRow;
  recipe: Recipe;
  totals: BatchTotals;
  operator: string;
}

async function sourcesOf(store: Reads, batchId: string): Promise<Sources> {
  const batch = await store.batches.get(batchId);
  const job = batch && (await store.jobs.get(batch.jobId, batch.jobRevision));
  if (!batch || !job)
    throw new AppError({ code: 'not-found', what: 'The batch or its job is gone.', next: 'Choose another.' });
  const person = (await store.people.list()).find((one) => one.id === batch.openedBy);
  return {
    batch,
    job,
    recipe: recipeSchema.parse(JSON.parse(job.recipe)),
    totals: await store.batches.totals(batchId),
    operator: person ? `${person.name} (${person.id})` : batch.openedBy,
  };
}

function jobOf({ job, recipe }: Sources): BatchReport['job'] {
  const { id, revision, sha256 } = job;
  return {
    ...{ id, revision, sha256, checksum: checksumOf(sha256) },
    ...{ target: recipe.target, rootOfTrust: recipe.rootOfTrust },
  };
}

/** Gathers the page's contents from the totals that the store keeps: nothing here grows with the batch. */
export async function reportOf(
  store: Reads,
  station: UnitRecord['station'],
  batchId: string,
  attempts: AttemptTally,
  madeAt: string,
): Promise<BatchReport> {
  const sources = await sourcesOf(store, batchId);
  const { batch, job, recipe, totals, operator } = sources;
  const { made, failed, unknown, running, firstStartedAt, lastEndedAt, secondsPerUnit } = totals;
  const titles = new Map(recipe.phases.map(({ id, title }) => [id, title]));
  const { lot, traveller, quantity, openedAt, closedAt } = batch;
  return {
    ...{ title: job.name, lot, traveller, quantity, openedAt, closedAt, operator, madeAt, attempts },
    ...{ batchId, job: jobOf(sources), station: station.name, firstStartedAt, lastEndedAt, secondsPerUnit },
    units: { made, failed, unknown, running },
    yield: made + failed > 0 ? made / (made + failed) : null,
    pareto: paretoOf(totals),
    phases: totals.phases.map(({ phase, seconds }) => ({ title: titles.get(phase) ?? phase, seconds })),
    stationCertificateSha256: station.certificateSha256,
  };
}
