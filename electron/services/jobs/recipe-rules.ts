import type { PhaseParams } from '#drivers/core/desk-facts.ts';
import type { Recipe, RecipePhase } from '#services/recipe.ts';
import { wrongParam } from './phase-params.ts';

export interface BrokenRule {
  /** `phases.4.params.reads`: where in job.json. */
  field: string;
  phase: string;
  problem: string;
}
type Operation = RecipePhase['operation'];

/** What the rules need of target and root of trust. */
export interface RuleFacts {
  operations: readonly string[];
  /** The part proves who it is: nothing is done for ever before that. */
  attests: boolean;
  isForEver(operation: Operation, params: PhaseParams): boolean;
  /** For ever, and yet before the proof: the part proves nothing without it. */
  comesFirst?(operation: Operation, params: PhaseParams): boolean;
}

/** Each needs the other to have run before it: what it works on does not exist otherwise. */
const AFTER: readonly (readonly [Operation, Operation])[] = [
  ['verify', 'program'],
  ['start-firmware', 'program'],
  ['enrol', 'boot-application'],
  ['enrol', 'join-network'],
  ['reconstruct', 'enrol'],
  ['generate-key', 'enrol'],
  ['set-user-key', 'enrol'],
  ['csr', 'enrol'],
  ['issue', 'csr'],
  ['inject', 'issue'],
  ['prove', 'inject'],
];
/** Reading is harmless as often as one likes. */
const REPEATABLE: readonly Operation[] = ['verify', 'reconstruct', 'prove', 'read-state'];
/** These may run again for something else: the parameter that must differ. Everything else happens once. */
const DIFFERENT: Partial<Record<Operation, string>> = {
  ...{ 'inject-key': 'slot', 'generate-key': 'slot', 'set-user-key': 'slot' },
  ...{ burn: 'fuse', 'move-lifecycle': 'to' },
};

/**
 * What a schema cannot say about a recipe: the first broken rule, or null. The rules keep a mistake in a file from
 * costing parts: nothing is done for ever before the identity is proven (or, where a part cannot prove any, before the
 * image is verified), and what is done for ever is read back.
 */
export function brokenRule(recipe: Recipe, facts: RuleFacts): BrokenRule | null {
  if (recipe.phases[0]?.operation !== 'identify')
    return broken(recipe, 0, 'operation', 'the first phase must identify the part');
  for (const index of recipe.phases.keys()) {
    const rule =
      repeated(recipe, index) ??
      outOfOrder(recipe, index, facts) ??
      forEver(recipe, index, facts) ??
      values(recipe, index);
    if (rule !== null) return rule;
  }
  return null;
}

function repeated(recipe: Recipe, index: number): BrokenRule | null {
  const phase = phaseAt(recipe, index);
  const before = recipe.phases.slice(0, index);
  if (before.some((other) => other.id === phase.id)) return broken(recipe, index, 'id', 'is used twice');
  if (REPEATABLE.includes(phase.operation)) return null;
  const again = before.filter((other) => other.operation === phase.operation);
  const param = DIFFERENT[phase.operation];
  if (param === undefined)
    return again.length === 0
      ? null
      : broken(recipe, index, 'operation', `"${phase.operation}" may run once only`);
  const same = again.some((other) => other.params[param] === phase.params[param]);
  return same ? broken(recipe, index, `params.${param}`, 'is there twice') : null;
}

/** What a target does not have at all nothing can wait for: a PUF in a boot ROM enrols without a firmware. */
function outOfOrder(recipe: Recipe, index: number, { operations }: RuleFacts): BrokenRule | null {
  const { operation } = phaseAt(recipe, index);
  const missing = AFTER.find(
    ([later, earlier]) =>
      later === operation &&
      (earlier === 'issue' || operations.includes(earlier)) &&
      !ranBefore(recipe, index, earlier),
  );
  if (missing !== undefined) return broken(recipe, index, 'operation', `must come after "${missing[1]}"`);
  if (operation === 'issue' && recipe.certificate === null)
    return broken(recipe, index, 'operation', 'needs a certificate: the job names no subject');
  return null;
}

/** The OEM root key must come early: the chip takes it before the image only. Of others the target says so. */
function forEver(recipe: Recipe, index: number, facts: RuleFacts): BrokenRule | null {
  const phase = phaseAt(recipe, index);
  if (facts.isForEver(phase.operation, phase.params) && !phase.irreversible)
    return broken(recipe, index, 'irreversible', 'must be true: this cannot be undone');
  if (!phase.irreversible) return null;
  const rootKey = phase.operation === 'inject-oem-root-key' && phase.params['permanent'] === true;
  const early = rootKey || facts.comesFirst?.(phase.operation, phase.params) === true;
  const missing = early ? null : notYet(recipe, index, facts);
  if (missing !== null) return broken(recipe, index, 'irreversible', `must come after "${missing}"`);
  const readBack = recipe.phases.slice(index + 1).some((later) => later.operation === 'read-state');
  return readBack ? null : broken(recipe, index, 'irreversible', 'must be followed by "read-state"');
}

/** What has to stand proven before anything is done for ever. A part without an image of ours has nothing to verify. */
function notYet(recipe: Recipe, index: number, { attests, operations }: RuleFacts): Operation | null {
  const proof = attests ? 'prove' : operations.includes('verify') ? 'verify' : 'identify';
  return ranBefore(recipe, index, proof) ? null : proof;
}

function values(recipe: Recipe, index: number): BrokenRule | null {
  const phase = phaseAt(recipe, index);
  const param = wrongParam(recipe, phase);
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
