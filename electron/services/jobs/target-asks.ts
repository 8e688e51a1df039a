import type { AppError } from '#contract/errors.ts';
import type { ArtefactKind } from '#drivers/core/desk-facts.ts';
import type { JobTools, RootFacts, TargetFacts } from '#drivers/artefacts/job-tools.ts';
import { kindOf, type Recipe, type RecipePhase } from '#services/recipe.ts';
import { jobError } from './job-error.ts';
import { artefactsOfPhase, imageNames } from './phase-artefacts.ts';

/** Target and root of trust of a job, both known here. `root` null: the job has none. */
export interface Asked {
  target: TargetFacts;
  root: RootFacts | null;
}

const NONE = 'none';
const FILE = { file: 'job.json' };

/** Throws AppError `job-target` or `job-root-of-trust`. */
export async function askedOf(recipe: Recipe, tools: JobTools): Promise<Asked> {
  const target = await tools.target(recipe.target);
  if (target === null)
    throw jobError('job-target', `Job ${recipe.id} is for a chip "${recipe.target}", unknown here.`, {
      ...{ ...FILE, field: 'target', target: recipe.target },
    });
  return { target, root: rootOf(recipe, target, tools) };
}

function rootOf(recipe: Recipe, target: TargetFacts, tools: JobTools): RootFacts | null {
  const { id, rootOfTrust } = recipe;
  if (rootOfTrust === NONE) return null;
  const details = { ...FILE, field: 'rootOfTrust', rootOfTrust, target: target.id };
  const root = tools.rootOfTrust(rootOfTrust);
  if (root === null)
    throw jobError('job-root-of-trust', `Job ${id} asks for a root of trust that is unknown here.`, details);
  if (target.rootsOfTrust?.includes(rootOfTrust) === true) return root;
  throw jobError('job-root-of-trust', `A ${target.title} has no root of trust "${rootOfTrust}".`, details);
}

/** What each operation needs of the root of trust; the others need none. */
const NEEDS: Partial<Record<RecipePhase['operation'], (root: RootFacts) => boolean>> = {
  'boot-application': () => true,
  // Made inside, or made here and given to it: either way it signs with the key afterwards.
  enrol: ({ keys }) => keys.makesOwnKeys || keys.attests,
  reconstruct: ({ reconstructs }) => reconstructs,
  'generate-key': ({ keys }) => keys.makesOwnKeys,
  'set-user-key': ({ keys }) => keys.takesInjectedKeys,
  csr: ({ keys }) => keys.attests,
  issue: ({ keys }) => keys.attests,
  inject: ({ keys }) => keys.attests,
  prove: ({ keys }) => keys.attests,
};

/**
 * Refuses a job that asks for what its target cannot do, before a part is near: throws AppError `job-operation`,
 * `job-root-of-trust` or `job-artefact`, naming phase and field.
 */
export function refuseImpossible(recipe: Recipe, asked: Asked): void {
  for (const [index, phase] of recipe.phases.entries()) {
    const refused =
      impossibleOperation(phase, index, asked) ??
      keptKey(phase, index, asked) ??
      wrongArtefact(recipe, phase, index, asked);
    if (refused !== null) throw refused;
  }
  refuseOtherImage(recipe);
  refuseUnused(recipe);
  refuseTool(recipe, asked);
}

function impossibleOperation(
  { id, title, operation }: RecipePhase,
  index: number,
  { target, root }: Asked,
): AppError | null {
  const details = { ...FILE, field: `phases.${index}.operation`, phase: id, operation, target: target.id };
  // The station itself issues; the request for it comes from the part.
  const asks = operation === 'issue' ? 'csr' : operation;
  if (!target.operations.includes(asks))
    return jobError('job-operation', `A ${target.title} cannot do "${title}" (${operation}).`, details);
  const need = NEEDS[operation];
  if (need === undefined || (root !== null && need(root))) return null;
  const what = root === null ? 'needs a root of trust' : 'is more than its root of trust can do';
  return jobError('job-root-of-trust', `Phase "${title}" ${what}.`, details);
}

/** The station keeps no key that it could open: a job says for whom one is sealed, and only of a key that is made here. */
function keptKey(
  { id, title, operation, params }: RecipePhase,
  index: number,
  { root }: Asked,
): AppError | null {
  if (operation !== 'enrol') return null;
  const { keepKey, keepKeyFor } = params;
  const refused = (param: string, problem: string) =>
    jobError('job-root-of-trust', `Phase "${title}" ${problem}.`, {
      ...{ ...FILE, field: `phases.${index}.params.${param}`, phase: id, operation },
    });
  if (keepKey === true)
    return refused(
      'keepKey',
      'keeps a key and does not say for whom: name a public key in keepKeyFor instead',
    );
  if (keepKeyFor === undefined || (root !== null && isMadeHere(root))) return null;
  return refused('keepKeyFor', 'asks to keep a key that the part makes itself and never gives away');
}

/** It signs with a key that it does not make: the station does, and gives it. */
const isMadeHere = ({ keys }: RootFacts): boolean => keys.attests && !keys.makesOwnKeys;

function wrongArtefact(
  recipe: Recipe,
  phase: RecipePhase,
  index: number,
  { target }: Asked,
): AppError | null {
  for (const { field, name, kinds } of artefactsOfPhase(recipe, phase)) {
    const details = { ...FILE, field: `phases.${index}.${field}`, phase: phase.id, artefact: name };
    const found = Object.hasOwn(recipe.artefacts, name) ? recipe.artefacts[name] : undefined;
    if (found === undefined)
      return jobError('job-artefact', `Phase "${phase.title}" names "${name}", no file of the job.`, details);
    const kind = kindOf(name, found);
    if (!kinds.includes(kind))
      return jobError('job-artefact', `Phase "${phase.title}" cannot use ${found.file}: it is ${kind}.`, {
        ...{ ...details, kind },
      });
    if (kind !== FOR_STATION && !takes(target).includes(kind))
      return jobError('job-artefact', `A ${target.title} takes no ${kind}: ${found.file}.`, {
        ...{ ...details, kind, target: target.id },
      });
  }
  return null;
}

/** No chip sees it: which root of trust it fits is asked elsewhere. */
const FOR_STATION: ArtefactKind = 'key-recipient';

const takes = ({ takes: kinds }: TargetFacts): readonly ArtefactKind[] => kinds ?? ['image'];

/** What is verified is what was programmed. */
function refuseOtherImage(recipe: Recipe): void {
  const named = imageNames(recipe).join();
  for (const [index, phase] of recipe.phases.entries()) {
    if (phase.operation !== 'program' && phase.operation !== 'verify') continue;
    const own = artefactsOfPhase(recipe, phase).map(({ name }) => name);
    if (own.join() === named) continue;
    throw jobError('job-artefact', `Phase "${phase.title}" is for other files than were programmed.`, {
      ...{ ...FILE, field: `phases.${index}.params.image`, phase: phase.id },
    });
  }
}

/** A file that no phase uses was left out of a phase, or into a job, by mistake. */
function refuseUnused(recipe: Recipe): void {
  const used = new Set(
    recipe.phases.flatMap((phase) => artefactsOfPhase(recipe, phase)).map(({ name }) => name),
  );
  const spare = Object.keys(recipe.artefacts).find((name) => !used.has(name));
  if (spare === undefined || recipe.format === 'rootline-job/1') return;
  throw jobError('job-artefact', `No phase uses "${spare}".`, { ...FILE, field: `artefacts.${spare}` });
}

/** A maker's tool is described by the job that uses it, and by no other. */
function refuseTool({ tool, phases }: Recipe, { target }: Asked): void {
  const details = { ...FILE, field: 'tool', target: target.id };
  if ((tool !== undefined) !== (target.reach === 'tool'))
    throw jobError(
      'job-operation',
      tool === undefined ? `A ${target.title} needs its tool described.` : `A ${target.title} has no tool.`,
      details,
    );
  if (tool === undefined) return;
  const missing = phases.find(({ operation }) => !can(tool.commands, operation));
  if (missing === undefined) return;
  throw jobError('job-operation', `The tool has no command for "${missing.title}".`, {
    ...{ ...details, phase: missing.id, operation: missing.operation },
  });
}

/** The state is read by the command that identifies where there is none of its own. */
const can = (commands: object, operation: string): boolean =>
  Object.hasOwn(
    commands,
    operation === 'read-state' && !Object.hasOwn(commands, operation) ? 'identify' : operation,
  );
