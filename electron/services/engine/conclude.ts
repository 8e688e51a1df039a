import type { ErrorView } from '#contract/errors.ts';
import type { ChipState } from '#drivers/core/errors.ts';
import type { PartState } from '#drivers/core/operations.ts';
import type { RecipePhase } from '#services/recipe.ts';
import { factsOf, type RunFacts } from './facts.ts';
import type { FailureCode, FailureContext } from './failure-table.ts';
import { chipWords, classify, viewOf } from './failures.ts';
import type { EnginePorts } from './ports.ts';
import { RunError } from './run-error.ts';
import type { RunSpec } from './run-spec.ts';
import { judge, type Verdict } from './verdict.ts';

/** How a run ended. `stored` false: the store refused to take it, so it counts as unread until a read-back. */
export interface RunEnd {
  runId: string;
  outcome: 'passed' | 'failed' | 'unknown';
  error: ErrorView | null;
  stored: boolean;
  /** The driver did not answer an abort: the site's link must be opened anew. */
  stuck: boolean;
  /** The older run of the same part that must be read back first. */
  adopt: string | null;
}

type Ending = Pick<RunEnd, 'outcome' | 'error'> & { body: Record<string, unknown>; refund: boolean };

/** Writes the end of a run. A store that cannot take it leaves the run unread; the next start finds it again. */
export async function finishRun(ports: EnginePorts, runId: string, ending: Ending): Promise<RunEnd> {
  const { outcome, error, body, refund } = ending;
  const end = { runId, outcome, error, stored: true, stuck: false, adopt: null };
  try {
    await ports.runs.finish({ runId, outcome, error, body, refund });
  } catch (cause) {
    return { ...end, outcome: 'unknown', error: notStored(cause, ending), stored: false };
  }
  if (outcome === 'passed') await ports.record(runId);
  return end;
}

/** What is known of the part stays true though it could not be written down. */
function notStored(cause: unknown, { outcome, error }: Pick<Ending, 'outcome' | 'error'>): ErrorView {
  const view = viewOf(cause, 'unknown');
  return { ...view, chip: outcome === 'passed' ? chipWords.locked : (error?.chip ?? view.chip) };
}

/** The end of a run that could not even be judged, as the store does not answer: nothing is known, nothing is booked. */
export function unjudged(runId: string, cause: unknown): RunEnd {
  const error = viewOf(cause, 'unknown');
  return { runId, outcome: 'unknown', error, stored: false, stuck: stuck(cause), adopt: null };
}

async function replay(ports: EnginePorts, spec: Pick<RunSpec, 'row' | 'job'>): Promise<RunFacts> {
  return factsOf(await ports.runs.journal(spec.row.id), spec.job.recipe);
}

/** All phases are done: passed only when the last reading says what the recipe promises. */
export async function concludeSuccess(spec: RunSpec, ports: EnginePorts): Promise<RunEnd> {
  const journal = await ports.runs.journal(spec.row.id);
  const facts = factsOf(journal, spec.job.recipe);
  const reading = journal.findLast((row) => row.kind === 'evidence' && row.body['state'] !== undefined);
  const state = reading?.body['state'] as PartState | undefined;
  // Only a recipe without anything irreversible may end without a reading (services/jobs refuses any other).
  if (reading === undefined || state === undefined) {
    return finishRun(ports, spec.row.id, { outcome: 'passed', error: null, body: {}, refund: false });
  }
  const before = factsOf(journal.slice(0, journal.indexOf(reading)), spec.job.recipe);
  const verdict = judge(spec.job.recipe, { ...facts, ...opened(before) }, state, 'not-locked', {
    ...{ shows: spec.job.target.shows, sameRun: true },
  });
  return finishRun(ports, spec.row.id, endingOf(verdict, state, {}));
}

/** A refund is judged against what was open, and what the life cycle was, before the reading. */
const opened = ({ open, lifecycle, irreversibleDone }: RunFacts) => ({ open, lifecycle, irreversibleDone });

/** The ending that a verdict means. `context` names the phase for the sentence. */
export function endingOf(
  verdict: Verdict,
  state: PartState,
  context: Record<string, string>,
  cause?: unknown,
): Ending {
  const body = { state };
  if (verdict.kind === 'passed') return { outcome: 'passed', error: null, body, refund: false };
  if (verdict.kind === 'other-part') {
    return { outcome: 'unknown', error: otherPart(verdict), body, refund: false };
  }
  const { code, chip, refund } = verdict;
  const same = cause !== undefined && classify(cause).code === code;
  const error = same ? viewOf(cause, chip, context) : viewOf(coded(code), chip, context);
  return { outcome: 'failed', error, body, refund };
}

/** Says which part to put back: nothing is learnt of a run from another part. */
export function otherPart({ found, expected }: { found: string; expected: string }): ErrorView {
  const uid = expected.toUpperCase().replace(/(..)(?=.)/g, '$1 ');
  const view = viewOf(new RunError('chip-swapped', { found, expected }), 'unknown');
  return {
    ...view,
    what: 'Another part is in the socket',
    next: `Put the part ${uid} back, then press Read back.`,
  };
}

/** An error of a code, for its sentence. */
export const coded = (code: FailureCode, context: FailureContext = {}): Error =>
  Object.assign(new Error(code), { code, context });

/** The chip said no, or was never asked: its answer is known, so it can be read at once. */
const ANSWERED: ReadonlySet<string> = new Set([
  'device-error',
  'wrong-state',
  'protected',
  'unsupported',
  'bad-argument',
  'enrol-refused',
]);

/** A run that broke off in `phase`: what is known of the part decides between failed and unknown. */
export async function concludeFailure(
  spec: RunSpec,
  ports: EnginePorts,
  error: unknown,
  phase: RecipePhase | null,
): Promise<RunEnd> {
  const { tracker, row } = spec;
  const known = classify(error);
  const context = phase === null ? {} : { phase: phase.title.toLowerCase(), phaseId: phase.id };
  const facts = await replay(ports, spec);
  const ending =
    facts.open === null
      ? failed(error, knownChip(known.chip, facts), context)
      : await settle(spec, ports, facts, error, context);
  if (phase !== null) {
    const shown = tracker.view(true).phases.find((one) => one.id === phase.id);
    const seconds = shown?.seconds ?? 0;
    tracker.fail(
      phase.id,
      ending.outcome === 'unknown' ? 'unknown' : 'failed',
      seconds,
      shown?.measurements ?? [],
    );
  }
  const end = await finishRun(ports, row.id, ending);
  return { ...end, stuck: stuck(error), adopt: unreadRunOf(known) };
}

/** The older run of the part in the socket that nobody read: the store names it. */
function unreadRunOf({ code, context }: ReturnType<typeof classify>): string | null {
  return code === 'still-unknown' && typeof context['runId'] === 'string' ? context['runId'] : null;
}

/** The driver did not answer an abort. */
export const stuck = (error: unknown): boolean =>
  error instanceof RunError &&
  (error.context['stuck'] === true || (error.cause instanceof RunError && stuck(error.cause)));

function failed(error: unknown, chip: ChipState, context: Record<string, string>): Ending {
  return { outcome: 'failed', error: viewOf(error, chip, context), body: {}, refund: false };
}

/** The journal proves more than a broken link can tell: without an irreversible intent nothing is locked by us. */
function knownChip(said: ChipState | null, facts: RunFacts): ChipState {
  if (said === 'locked' || facts.locked) return 'locked';
  return facts.touched ? 'not-locked' : 'untouched';
}

/** An irreversible intent stands unread. Where the chip has answered it is read at once, else the run stays unknown. */
async function settle(
  spec: RunSpec,
  ports: EnginePorts,
  facts: RunFacts,
  error: unknown,
  context: Record<string, string>,
): Promise<Ending> {
  const unknown: Ending = {
    outcome: 'unknown',
    error: viewOf(error, 'unknown', context),
    body: {},
    refund: false,
  };
  const { code } = classify(error);
  if (!ANSWERED.has(code)) return unknown;
  try {
    const options = { signal: spec.abort, onProgress: () => undefined };
    const { output } = await ports.drivers.run(spec.row.site, 'read-state', {}, options);
    return endingOf(
      judge(spec.job.recipe, facts, output, code, { shows: spec.job.target.shows, sameRun: true }),
      output,
      context,
      error,
    );
  } catch {
    // The part does not answer any more: what stopped the run stays the news, and the run stays unknown.
    return unknown;
  }
}
