import type { Lifecycle } from '#drivers/core/operations.ts';
import type { Recipe } from '#services/recipe.ts';
import type { JournalRow } from '#store/api.ts';

/** What a run knows of its part. Each evidence carries the facts it adds, so that a journal alone rebuilds them. */
export interface PartFacts {
  chipUid: string | null;
  deviceId: string | null;
  certificateFingerprint: string | null;
  /** Life cycle as last read from silicon. */
  lifecycle: Lifecycle | null;
}

/** What a journal proves about a run. */
export interface RunFacts extends PartFacts {
  /** Phases with evidence. */
  evidenced: ReadonlySet<string>;
  /** The irreversible phase whose outcome nobody has read from silicon yet. */
  open: string | null;
  /** True once something that cannot be undone has been evidenced. */
  irreversibleDone: boolean;
  /** Silicon itself said so, and it is in the journal. */
  locked: boolean;
  /** The phase of the last intent: where the run was when it ended. */
  last: string | null;
  /** True once an intent stood that may change the part. */
  touched: boolean;
  /** The phase whose own evidence failed the run: nothing that is read later makes it pass. */
  broken: string | null;
}

export const noFacts: PartFacts = {
  chipUid: null,
  deviceId: null,
  certificateFingerprint: null,
  lifecycle: null,
};

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Facts of an evidence body, over those known before. */
export function withEvidence(facts: PartFacts, body: Record<string, unknown>): PartFacts {
  return {
    chipUid: text(body['chipUid']) ?? facts.chipUid,
    deviceId: text(body['deviceId']) ?? facts.deviceId,
    certificateFingerprint: text(body['certificateFingerprint']) ?? facts.certificateFingerprint,
    lifecycle: (body['lifecycle'] as Lifecycle | undefined) ?? facts.lifecycle,
  };
}

/** A phase whose measurement broke its limit is journalled, but it is no evidence that the phase was done. */
function holds(body: Record<string, unknown>): boolean {
  const measured = body['measurements'];
  if (typeof body['failure'] === 'string') return false;
  return !Array.isArray(measured) || measured.every((one: { ok?: unknown }) => one.ok !== false);
}

/**
 * Replays a journal. A lock is settled only by a later reading of the part's state: that the command was answered
 * proves nothing. Other irreversible operations return what they read back, so their own evidence settles them.
 */
export function factsOf(journal: readonly JournalRow[], recipe: Recipe): RunFacts {
  const operationOf = new Map(recipe.phases.map((phase) => [phase.id, phase.operation]));
  let part = noFacts;
  let open: string | null = null;
  let irreversibleDone = false;
  let last: string | null = null;
  let locked = false;
  let touched = false;
  let broken: string | null = null;
  const evidenced = new Set<string>();
  for (const row of journal) {
    const operation = operationOf.get(row.phase);
    if (row.kind === 'intent') {
      last = row.phase;
      touched ||= operation !== 'identify' && operation !== 'read-state';
      if (row.irreversible) open = row.phase;
    }
    if (row.kind === 'evidence') {
      if (holds(row.body)) evidenced.add(row.phase);
      else broken ??= row.phase;
      locked ||= row.body['locked'] === true;
      part = withEvidence(part, row.body);
      const settles = operation === 'read-state' || (row.phase === open && operation !== 'lock');
      if (settles && open !== null) [open, irreversibleDone] = [null, true];
    }
  }
  return { ...part, evidenced, open, irreversibleDone, locked, last, touched, broken };
}
