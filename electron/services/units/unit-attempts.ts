import type { PhaseView } from '#contract/sites.ts';
import type { TimelineEntry, UnitDetail } from '#contract/units.ts';
import { recipeSchema, type Recipe } from '#services/recipe.ts';
import type { JournalRow, RunRow, Store } from '#store/api.ts';
import { timelineOf } from './timeline.ts';

type Reads = Pick<Store, 'runs' | 'jobs' | 'batches'>;
type Attempt = UnitDetail['attempts'][number];
type Measured = Awaited<ReturnType<Store['runs']['measurements']>>;

export interface ReadAttempt {
  view: Attempt;
  measurements: Measured;
  timeline: TimelineEntry[];
}

/** The recipe a run was made by: its batch keeps the revision. Null when it is no longer readable. */
export async function recipeOf(store: Reads, run: RunRow): Promise<{ name: string; recipe: Recipe } | null> {
  const batch = await store.batches.get(run.batchId);
  const job = batch && (await store.jobs.get(run.jobId, batch.jobRevision));
  if (!job) return null;
  const parsed = recipeSchema.safeParse(JSON.parse(job.recipe));
  return parsed.success ? { name: job.name, recipe: parsed.data } : null;
}

/** What became of a phase: without evidence it is as open as the run itself. */
function stateOf(run: RunRow, begun: boolean, evidenced: boolean): PhaseView['state'] {
  if (evidenced) return 'done';
  if (!begun) return run.outcome === 'running' ? 'waiting' : 'skipped';
  return run.outcome === 'passed' ? 'done' : run.outcome;
}

function phasesOf(
  run: RunRow,
  recipe: Recipe,
  journal: readonly JournalRow[],
  measurements: Measured,
  seconds: ReadonlyMap<string, number>,
): PhaseView[] {
  return recipe.phases.map(({ id, title, irreversible }) => {
    const rows = journal.filter((row) => row.phase === id);
    const intent = rows.find((row) => row.kind === 'intent');
    const evidenced = rows.some((row) => row.kind === 'evidence');
    const failed = rows.some((row) => row.kind === 'failed');
    return {
      ...{ id, title, irreversible },
      state: failed ? 'failed' : stateOf(run, intent !== undefined, evidenced),
      startedAt: intent?.at ?? null,
      seconds: seconds.get(id) ?? null,
      measurements: measurements
        .filter((one) => one.phase === id)
        .map(({ phase: _, ...measurement }) => measurement),
    };
  });
}

/** One attempt from its journal rows: phases as the screen draws them, and its part of the time line. */
export async function readAttempt(store: Reads, run: RunRow, recipe: Recipe | null): Promise<ReadAttempt> {
  const [journal, measurements, times] = await Promise.all([
    store.runs.journal(run.id),
    store.runs.measurements(run.id),
    store.runs.phaseSeconds(run.id),
  ]);
  const seconds = new Map(times.map((one) => [one.phase, one.seconds]));
  const { id: runId, attempt, site, outcome, startedAt, error } = run;
  return {
    measurements,
    timeline: timelineOf(run, journal, recipe),
    view: {
      ...{ runId, attempt, site, outcome, startedAt, seconds: run.seconds, error },
      phases: recipe ? phasesOf(run, recipe, journal, measurements, seconds) : [],
    },
  };
}
