import type {
  Measurement,
  OperationInput,
  OperationName,
  OperationResult,
} from '#drivers/core/operations.ts';
import { artefactsOfPhase } from '#services/jobs/phase-artefacts.ts';
import type { RecipePhase } from '#services/recipe.ts';
import type { PartFacts } from './facts.ts';
import type { EnginePorts, RunJob } from './ports.ts';
import { RunError } from './run-error.ts';

/** What an act hands to the next ones and must not go through the journal. */
export interface RunMemory {
  csr: Uint8Array | null;
  leaf: Uint8Array | null;
  identityBound: boolean;
}

/** Everything an act may use. `drive` runs one operation on the part under the phase's abort signal. */
export interface ActContext {
  runId: string;
  batchId: string;
  site: string;
  phase: RecipePhase;
  job: RunJob;
  facts: PartFacts;
  memory: RunMemory;
  ports: EnginePorts;
  drive: <K extends OperationName>(operation: K, input: OperationInput<K>) => Promise<OperationResult<K>>;
}

/** What an act found. `body` goes into the evidence; its facts are taken up by name (facts.ts). */
export interface ActResult {
  body: Record<string, unknown>;
  measurements: Measurement[];
  /** The act was carried out and what it found fails the run: evidence is written first. */
  failure?: Error;
}

export type Act = (context: ActContext) => Promise<ActResult>;

export const flag = (phase: RecipePhase, name: string, otherwise: boolean): boolean =>
  typeof phase.params[name] === 'boolean' ? phase.params[name] : otherwise;

/** The fact, or a defect: recipes are checked to have their phases in order. */
export function need<T>(value: T | null | undefined, name: string): T {
  if (value === null || value === undefined) throw new RunError('internal', { missing: name });
  return value;
}

/** Throws `chip-swapped` when the part that answers is not the one that the run began with; one that hides its id may be. */
export function sameChip(facts: PartFacts, chipUid: string): void {
  if (facts.chipUid !== null && chipUid !== '' && facts.chipUid !== chipUid) {
    throw new RunError('chip-swapped', { expected: facts.chipUid, found: chipUid }, { chip: 'not-locked' });
  }
}

/** The files of the phase, in the order in which it names them. A copy: drivers wipe what is secret. */
export function filesOf({ phase, job }: Pick<ActContext, 'phase' | 'job'>): Uint8Array[] {
  return artefactsOfPhase(job.recipe, phase).map(({ name }) => need(job.files.get(name), name).slice());
}
