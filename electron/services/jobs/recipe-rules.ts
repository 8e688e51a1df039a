import type { Recipe, RecipePhase } from '#services/recipe.ts';
import { wrongParam } from './phase-params.ts';

export interface BrokenRule {
  /** `phases.4.params.reads`: where in job.json. */
  field: string;
  phase: string;
  problem: string;
}
type Operation = RecipePhase['operation'];

/** Each needs the other to have run before it: what it works on does not exist otherwise. */
const AFTER: readonly (readonly [Operation, Operation])[] = [
  ['verify', 'program'],
  ['enrol', 'boot-application'],
  ['reconstruct', 'enrol'],
  ['csr', 'enrol'],
  ['issue', 'csr'],
  ['inject', 'issue'],
  ['prove', 'inject'],
];
/** Reading is harmless as often as one likes; everything else happens once. */
const REPEATABLE: readonly Operation[] = ['verify', 'reconstruct', 'prove', 'read-state'];

/**
 * What a schema cannot say about a recipe: the first broken rule, or null. The rules keep a mistake in a file from
 * costing parts: nothing is done for ever before the identity is proven, and what is done for ever is read back.
 */
export function brokenRule(recipe: Recipe): BrokenRule | null {
  if (recipe.phases[0]?.operation !== 'identify')
    return broken(recipe, 0, 'operation', 'the first phase must identify the part');
  for (const index of recipe.phases.keys()) {
    const rule =
      repeated(recipe, index) ?? outOfOrder(recipe, index) ?? forEver(recipe, index) ?? values(recipe, index);
    if (rule !== null) return rule;
  }
  return null;
}

function repeated(recipe: Recipe, index: number): BrokenRule | null {
  const phase = phaseAt(recipe, index);
  const before = recipe.phases.slice(0, index);
  if (before.some((other) => other.id === phase.id)) return broken(recipe, index, 'id', 'is used twice');
  const again = before.some((other) => other.operation === phase.operation);
  if (again && !REPEATABLE.includes(phase.operation))
    return broken(recipe, index, 'operation', `"${phase.operation}" may run once only`);
  return null;
}

function outOfOrder(recipe: Recipe, index: number): BrokenRule | null {
  const { operation } = phaseAt(recipe, index);
  const missing = AFTER.find(([later, earlier]) => later === operation && !ranBefore(recipe, index, earlier));
  return missing === undefined ? null : broken(recipe, index, 'operation', `must come after "${missing[1]}"`);
}

/** The OEM root key alone must come early: the chip takes it before the image only. */
function forEver(recipe: Recipe, index: number): BrokenRule | null {
  const phase = phaseAt(recipe, index);
  const permanent = phase.operation === 'inject-oem-root-key' && phase.params['permanent'] === true;
  if ((phase.operation === 'lock' || permanent) && !phase.irreversible)
    return broken(recipe, index, 'irreversible', 'must be true: this cannot be undone');
  if (!phase.irreversible) return null;
  if (!permanent && !ranBefore(recipe, index, 'prove'))
    return broken(recipe, index, 'irreversible', 'must come after "prove"');
  const readBack = recipe.phases.slice(index + 1).some((later) => later.operation === 'read-state');
  return readBack ? null : broken(recipe, index, 'irreversible', 'must be followed by "read-state"');
}

function values(recipe: Recipe, index: number): BrokenRule | null {
  const phase = phaseAt(recipe, index);
  const param = wrongParam(phase);
  if (param !== null) return broken(recipe, index, param.field, param.problem);
  for (const [at, { name, min, max }] of phase.limits.entries()) {
    const field = `limits.${at}`;
    if (min === null && max === null) return broken(recipe, index, field, 'limits nothing');
    if (min !== null && max !== null && min > max) return broken(recipe, index, field, 'min is above max');
    if (phase.limits.findIndex((other) => other.name === name) !== at)
      return broken(recipe, index, field, `"${name}" is limited twice`);
  }
  return null;
}

function ranBefore(recipe: Recipe, index: number, operation: Operation): boolean {
  return recipe.phases.slice(0, index).some((phase) => phase.operation === operation);
}

function phaseAt(recipe: Recipe, index: number): RecipePhase {
  const phase = recipe.phases[index];
  if (phase === undefined) throw new RangeError(`no phase ${index}`);
  return phase;
}

function broken(recipe: Recipe, index: number, field: string, problem: string): BrokenRule {
  return { field: `phases.${index}.${field}`, phase: recipe.phases[index]?.id ?? '', problem };
}
