import type { ChipState } from '#drivers/core/errors.ts';
import type { Lifecycle, PartState } from '#drivers/core/operations.ts';
import type { Recipe } from '#services/recipe.ts';
import type { FailureCode } from './failure-table.ts';
import type { RunFacts } from './facts.ts';

/** What a read-back settles. `evidence`: phases that the reading itself is the evidence for. */
export type Verdict =
  | { kind: 'passed'; evidence: string[] }
  | { kind: 'failed'; code: FailureCode; chip: ChipState; refund: boolean }
  /** Another part is in the socket: nothing is learnt of this run. */
  | { kind: 'other-part'; found: string; expected: string };

const READS = new Set(['lock', 'read-state']);

/**
 * Judges a run by what silicon says and the journal proves. Pure: the same journal and reading give the same verdict,
 * whoever asks and how often the station crashed in between. `code` names the failure that led here.
 */
export function judge(recipe: Recipe, facts: RunFacts, state: PartState, code: FailureCode): Verdict {
  if (facts.chipUid !== null && state.chipUid !== facts.chipUid) {
    return { kind: 'other-part', found: state.chipUid, expected: facts.chipUid };
  }
  const locks = recipe.phases.some((phase) => phase.operation === 'lock');
  if (locks && !state.locked) return openPart(recipe, facts, state, code);
  if (facts.broken !== null) return { kind: 'failed', code, chip: chipOf(state), refund: false };
  if (locks && facts.open === null && !facts.irreversibleDone) return incomplete(state, code);
  const missing = recipe.phases.filter((phase) => !facts.evidenced.has(phase.id));
  if (missing.some((phase) => !READS.has(phase.operation))) return incomplete(state, code);
  if (!holdsIdentity(recipe, facts, state)) {
    return { kind: 'failed', code: 'identity-mismatch', chip: chipOf(state), refund: false };
  }
  return { kind: 'passed', evidence: missing.map((phase) => phase.id) };
}

const chipOf = (state: PartState): ChipState => (state.locked ? 'locked' : 'not-locked');

/** A part that this run never finished: locked by someone else, or still open in a recipe without a lock. */
function incomplete(state: PartState, code: FailureCode): Verdict {
  return { kind: 'failed', code: state.locked ? 'locked' : code, chip: chipOf(state), refund: false };
}

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
