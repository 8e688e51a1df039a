import type { DeskFacts, LifecycleMark } from '#drivers/core/desk-facts.ts';
import type { ChipState } from '#drivers/core/errors.ts';
import type { Lifecycle, PartState } from '#drivers/core/operations.ts';
import type { Recipe, RecipePhase } from '#services/recipe.ts';
import type { FailureCode } from './failure-table.ts';
import type { RunFacts } from './facts.ts';

/**
 * What a read-back settles. `evidence`: phases that the reading itself is the evidence for. `named`: the device id that
 * nothing but the reading tells, as the end of its enrolment was lost.
 */
export type Verdict =
  | { kind: 'passed'; evidence: string[]; named?: string }
  | { kind: 'failed'; code: FailureCode; chip: ChipState; refund: boolean }
  /** Another part is in the socket: nothing is learnt of this run. */
  | { kind: 'other-part'; found: string; expected: string };

export interface Judging {
  /** What the life cycle shows of an operation, in the words of the target. */
  shows?: DeskFacts['shows'] | undefined;
  /** Part and driver have been together since the run began: a part that hides its id is still the same one. */
  sameRun?: boolean;
}

const READS = new Set(['lock', 'read-state']);
/** The chip said no: what the reading shows is not of this run's doing. */
const REFUSALS: ReadonlySet<string> = new Set([
  ...['device-error', 'wrong-state', 'protected', 'unsupported', 'bad-argument', 'enrol-refused'],
]);

/**
 * Judges a run by what silicon says and the journal proves. Pure: the same journal and reading give the same verdict,
 * whoever asks and how often the station crashed in between. `code` names the failure that led here.
 */
export function judge(
  recipe: Recipe,
  facts: RunFacts,
  state: PartState,
  code: FailureCode,
  { shows, sameRun = false }: Judging = {},
): Verdict {
  const { chipUid } = facts;
  const hidden = state.chipUid === '';
  if (chipUid !== null && !hidden && state.chipUid !== chipUid)
    return { kind: 'other-part', found: state.chipUid, expected: chipUid };
  if (hidden && !sameRun) return failed(state, 'identity-hidden');
  const locks = recipe.phases.some((phase) => phase.operation === 'lock');
  if (locks && !state.locked) return openPart(recipe, facts, state, code);
  if (facts.broken !== null) return failed(state, code);
  if (locks && facts.open === null && !facts.irreversibleDone) return incomplete(state, code);
  const done = locks ? null : openDone(recipe, facts, state, code, shows);
  if (done === false) return { ...failed(state, code), refund: canRefund(facts, state) };
  const missing = recipe.phases.filter((phase) => !facts.evidenced.has(phase.id));
  const read = (phase: RecipePhase) =>
    READS.has(phase.operation) || (done === true && phase.id === facts.open);
  if (!missing.every(read)) return locks ? incomplete(state, code) : halfDone(facts, state, code, done);
  if (!showsEnd(recipe, state, shows)) return failed(state, 'not-taken');
  const named = done === true ? namedBy(recipe, facts, state) : {};
  if (!holdsIdentity(recipe, { ...facts, ...named }, state)) return failed(state, 'identity-mismatch');
  return {
    ...{ kind: 'passed', evidence: missing.map((phase) => phase.id) },
    ...(named.deviceId === undefined ? {} : { named: named.deviceId }),
  };
}

/**
 * An enrolment that is shown, and whose end was lost, is told by the reading where nothing else was to come of it and the
 * life cycle moved within this run: one that stood there before is somebody else's.
 */
function namedBy(recipe: Recipe, facts: RunFacts, state: PartState): { deviceId?: string } {
  const phase = recipe.phases.find(({ id }) => id === facts.open);
  const isPlain =
    phase?.operation === 'enrol' && phase.limits.length === 0 && phase.params['keepKeyFor'] === undefined;
  const moved = facts.lifecycle !== null && !sameLifecycle(facts.lifecycle, state.lifecycle);
  if (!isPlain || !moved || facts.deviceId !== null || state.deviceId === null) return {};
  return { deviceId: state.deviceId };
}

const chipOf = (state: PartState): ChipState => (state.locked ? 'locked' : 'not-locked');

type Failed = Extract<Verdict, { kind: 'failed' }>;
const failed = (state: PartState, code: FailureCode): Failed => ({
  ...{ kind: 'failed', code, chip: chipOf(state), refund: false },
});

/** A part that this run never finished: locked by someone else, or still open in a recipe without a lock. */
const incomplete = (state: PartState, code: FailureCode): Failed =>
  failed(state, state.locked ? 'locked' : code);

/** Where silicon shows that the open step was taken, the news is that the run is not finished, not how it broke off. */
function halfDone(facts: RunFacts, state: PartState, code: FailureCode, done: boolean | null): Failed {
  if (facts.open === null || done !== true) return incomplete(state, code);
  return failed(state, state.locked ? 'locked' : 'unfinished');
}

/**
 * What became of the step that nobody has read yet, by the reading: true, it was taken; false, it was not; null, the
 * reading does not show it, or there is none.
 */
function openDone(
  recipe: Recipe,
  facts: RunFacts,
  state: PartState,
  code: FailureCode,
  shows: Judging['shows'],
): boolean | null {
  const phase = recipe.phases.find(({ id }) => id === facts.open);
  if (phase === undefined) return null;
  const shown = phase.operation === 'enrol' ? state.enrolled : shownBy(phase, state.lifecycle, shows);
  return shown === true && REFUSALS.has(code) ? null : shown;
}

function shownBy(
  { operation, params }: RecipePhase,
  now: Lifecycle,
  shows: Judging['shows'],
): boolean | null {
  const mark = operation === 'issue' ? null : (shows?.(operation, params) ?? null);
  return mark === null ? null : matches(now, mark);
}

/** A word stands alone, or among others: `SECURE_BOOT+FLASH_ENCRYPTION`. */
function matches({ dlm, protection }: Lifecycle, mark: LifecycleMark): boolean {
  const state = mark.dlm === undefined || dlm.split('+').includes(mark.dlm);
  return state && (mark.protection === undefined || protection === mark.protection);
}

/** The last step that a life cycle shows must stand there: what came before it may have been left behind. */
function showsEnd({ phases }: Recipe, { lifecycle }: PartState, shows: Judging['shows']): boolean {
  const seen = phases.map((phase) => shownBy(phase, lifecycle, shows));
  if (phases.some(({ operation }) => operation === 'lock')) return true;
  return seen.findLast((shown) => shown !== null) !== false;
}

/** Nothing else was done for ever, and the life cycle is as it was before. */
const canRefund = (facts: RunFacts, state: PartState): boolean =>
  !facts.irreversibleDone && sameLifecycle(facts.lifecycle, state.lifecycle);

/**
 * A refund needs proof: agent and life cycle both say that the lock never began. An agent that keeps silent proves
 * nothing, and neither does a life cycle of an operation that it does not show (a root key injected for ever).
 */
function openPart(recipe: Recipe, facts: RunFacts, state: PartState, code: FailureCode): Verdict {
  const operation = recipe.phases.find((phase) => phase.id === facts.open)?.operation;
  const sameLevel = sameLifecycle(facts.lifecycle, state.lifecycle);
  const halfLocked = operation === 'lock' && (state.agentLocked === true || !sameLevel);
  const untouched = operation === 'lock' && state.agentLocked === false && sameLevel;
  const refund = untouched && !facts.irreversibleDone;
  return { kind: 'failed', code: halfLocked ? 'not-locked' : code, chip: 'not-locked', refund };
}

/** Identity and certificate as recorded. A fact that the recipe never makes cannot be missed. */
export function holdsIdentity(recipe: Recipe, facts: RunFacts, state: PartState): boolean {
  const makes = (operation: string) => recipe.phases.some((phase) => phase.operation === operation);
  const identity = facts.deviceId !== null && state.deviceId === facts.deviceId;
  const certificate =
    facts.certificateFingerprint !== null && state.certificateFingerprint === facts.certificateFingerprint;
  return (!makes('enrol') || identity) && (!makes('inject') || certificate);
}

function sameLifecycle(before: Lifecycle | null, now: Lifecycle): boolean {
  return before?.dlm === now.dlm && before.protection === now.protection;
}
