import type { ErrorView } from '#contract/errors.ts';
import type { MeasurementView } from '#contract/sites.ts';
import type { OperationInput, PartState, Progress } from '#drivers/core/operations.ts';
import type { RecipePhase } from '#services/recipe.ts';
import type { JournalRow, RunRow } from '#store/api.ts';
import { refuseTool } from './act-identify.ts';
import { bindDevice } from './bind-device.ts';
import { coded, endingOf, finishRun, otherPart, stuck, type RunEnd } from './conclude.ts';
import { drive, phaseSignal } from './drive.ts';
import { factsOf, type RunFacts } from './facts.ts';
import type { FailureCode } from './failure-table.ts';
import { classify, viewOf } from './failures.ts';
import type { EnginePorts, RunJob } from './ports.ts';
import { RunTracker } from './run-tracker.ts';
import { judge, type Verdict } from './verdict.ts';

export interface ReadBackSpec {
  row: RunRow;
  job: RunJob;
  /** The site whose socket the part is in: not always the one that the run began on. */
  site: string;
  tracker: RunTracker;
  abort: AbortSignal;
  onChange: (now: boolean) => void;
  /** Opens the link anew, so that the driver takes the part that is in for what it is. */
  renew: () => Promise<void>;
}

/** The view of a run that this process did not make: rebuilt from its journal. */
export function restoreTracker(
  row: RunRow,
  job: RunJob,
  journal: readonly JournalRow[],
  clock: () => number,
): RunTracker {
  const tracker = new RunTracker(row, job.recipe, clock);
  const facts = factsOf(journal, job.recipe);
  for (const { kind, phase, body } of journal) {
    if (kind !== 'evidence') continue;
    const seconds = typeof body['seconds'] === 'number' ? body['seconds'] : 0;
    tracker.finish(phase, seconds, (body['measurements'] ?? []) as MeasurementView[]);
  }
  if (facts.last !== null && !facts.evidenced.has(facts.last)) tracker.fail(facts.last, 'unknown', 0, []);
  tracker.part({ chipUid: facts.chipUid, deviceId: facts.deviceId });
  tracker.end(row.error);
  return tracker;
}

/** Marks a run that a crash left `running`: from here on only a read-back ends it. */
export async function markInterrupted(ports: EnginePorts, row: RunRow, job: RunJob): Promise<RunRow> {
  if (row.outcome !== 'running') return row;
  const facts = factsOf(await ports.runs.journal(row.id), job.recipe);
  const title = job.recipe.phases.find((phase) => phase.id === facts.last)?.title.toLowerCase();
  const error = viewOf(coded('interrupted'), 'unknown', title === undefined ? {} : { phase: title });
  return ports.runs.finish({ runId: row.id, outcome: 'unknown', error, body: {}, refund: false });
}

/**
 * Reads the part and ends an unknown run as what silicon says. Never rejects; a part that does not answer, or another
 * part in the socket, leaves the run unknown.
 */
export async function readBack(spec: ReadBackSpec, ports: EnginePorts): Promise<RunEnd> {
  const { row, job, tracker, onChange } = spec;
  tracker.readingBack(true);
  onChange(true);
  try {
    const facts = factsOf(await ports.runs.journal(row.id), job.recipe);
    if (facts.chipUid === null && !facts.touched) return await nothingDone(ports, row);
    return await settle(spec, ports, facts).catch((error: unknown) => unread(spec, ports, facts, error));
  } catch (error) {
    return { ...stillUnknown(row, viewOf(error, 'unknown', { phase: 'read back' })), stuck: stuck(error) };
  } finally {
    tracker.readingBack(false);
  }
}

/**
 * A driver that remembers a part refuses another one before it reads it; the words are the same. Where it refuses the
 * very part that is awaited, because it knew another one before, it is made to forget.
 */
async function unread(
  spec: ReadBackSpec,
  ports: EnginePorts,
  facts: RunFacts,
  error: unknown,
): Promise<RunEnd> {
  const { code, context } = classify(error);
  if (code !== 'chip-swapped' || facts.chipUid === null) throw error;
  if (context['found'] === facts.chipUid) {
    await spec.renew();
    return settle(spec, ports, facts);
  }
  const found = String(context['found'] ?? '');
  return stillUnknown(spec.row, otherPart({ found, expected: facts.chipUid }));
}

const stillUnknown = (row: RunRow, error: ErrorView | null): RunEnd => ({
  ...{ runId: row.id, outcome: 'unknown', error, stored: true, stuck: false, adopt: null },
});

/** The run ended before any part was read or written: there is nothing to read back. */
function nothingDone(ports: EnginePorts, row: RunRow): Promise<RunEnd> {
  const error = viewOf(causeOf(row.error), 'untouched');
  return finishRun(ports, row.id, { outcome: 'failed', error, body: {}, refund: false });
}

async function settle(spec: ReadBackSpec, ports: EnginePorts, facts: RunFacts): Promise<RunEnd> {
  const { row, job, tracker } = spec;
  const started = ports.clock();
  const state = await read(spec, ports);
  const seconds = (ports.clock() - started) / 1000;
  const cause = causeOf(row.error);
  const verdict = judge(job.recipe, facts, state, classify(cause).code, {
    shows: job.target.shows,
  });
  if (verdict.kind === 'passed') {
    const clone = await cloneOf(ports, row, verdict);
    if (clone !== null) return finishRun(ports, row.id, endingOf(cloned(state), state, {}, clone));
    await writeEvidence(ports, row, verdict, state, seconds);
    verdict.evidence.forEach((phase) => tracker.finish(phase, seconds, []));
    if (verdict.named !== undefined) tracker.part({ deviceId: verdict.named });
  }
  const ending = endingOf(verdict, state, {}, cause);
  // Another part teaches nothing: the run stays as it stands in the store.
  if (ending.outcome === 'unknown') {
    return {
      runId: row.id,
      outcome: 'unknown',
      error: ending.error,
      stored: true,
      stuck: false,
      adopt: null,
    };
  }
  return finishRun(ports, row.id, ending);
}

/** The failure that made the run unknown, with the words it had. */
function causeOf(error: ErrorView | null): Error {
  const known = error === null ? null : classify(coded(error.code as FailureCode, error.details ?? {}));
  return known === null || known.code === 'internal'
    ? coded('interrupted')
    : coded(known.code, known.context);
}

/** Time to read a part where the recipe names none, seconds. */
const READ_SECONDS = 60;

async function read(spec: ReadBackSpec, ports: EnginePorts): Promise<PartState> {
  const { job, site, abort, tracker, onChange } = spec;
  const phase = job.recipe.phases.find((one) => one.operation === 'read-state') ?? readPhase;
  const { tool } = job.recipe;
  await refuseTool({ job, ports });
  const onProgress = (progress: Progress): void => {
    tracker.progress(progress);
    onChange(false);
  };
  const input = tool === undefined ? {} : { tool };
  return readState(ports, { site, phase, input, abort, onProgress });
}

interface Reading {
  site: string;
  phase: RecipePhase;
  input: OperationInput<'read-state'>;
  abort: AbortSignal;
  onProgress: (progress: Progress) => void;
}

async function readState(
  ports: Pick<EnginePorts, 'drivers'>,
  { site, phase, input, abort, onProgress }: Reading,
): Promise<PartState> {
  const limit = phaseSignal(phase, [abort]);
  try {
    const call = { operation: 'read-state', input, signal: limit.signal, onProgress } as const;
    return (await drive(ports, site, call)).output;
  } finally {
    limit.dispose();
  }
}

/** Unique id of the part in the socket; null when none can be read. Never rejects and changes nothing. */
export async function readChipUid(
  ports: Pick<EnginePorts, 'drivers'>,
  site: string,
  abort: AbortSignal,
): Promise<string | null> {
  const state = readState(ports, { site, phase: readPhase, input: {}, abort, onProgress: () => undefined });
  return state.then(
    ({ chipUid }) => chipUid,
    () => null,
  );
}

const readPhase: RecipePhase = {
  id: 'read-back',
  title: 'Read back',
  operation: 'read-state',
  params: {},
  limits: [],
  irreversible: false,
  timeout: READ_SECONDS,
};

type Passed = Extract<Verdict, { kind: 'passed' }>;

/** A device id that only the reading tells is looked up like any other. */
const cloneOf = (ports: EnginePorts, row: RunRow, { named }: Passed): Promise<Error | null> =>
  named === undefined ? Promise.resolve(null) : bindDevice(ports, row.id, named);

const cloned = (state: PartState): Verdict => ({
  ...{ kind: 'failed', code: 'identity-seen', chip: state.locked ? 'locked' : 'not-locked', refund: false },
});

/** The reading is the evidence that the run itself never got to write. */
async function writeEvidence(
  ports: EnginePorts,
  row: RunRow,
  verdict: Passed,
  state: PartState,
  seconds: number,
): Promise<void> {
  const named = verdict.named === undefined ? {} : { deviceId: verdict.named };
  const body = { state, locked: state.locked, lifecycle: state.lifecycle, readBack: true, ...named };
  for (const phase of verdict.evidence) {
    await ports.runs.evidence({ runId: row.id, phase, body, measurements: [], seconds });
  }
}
