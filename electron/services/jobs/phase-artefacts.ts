import type { ArtefactKind } from '#drivers/core/desk-facts.ts';
import type { Recipe, RecipePhase } from '#services/recipe.ts';

/** One file that a phase works with. */
export interface ArtefactUse {
  /** Name of the parameter that says so, and where in it. */
  field: string;
  name: string;
  /** What it may be. */
  kinds: readonly ArtefactKind[];
}

const IMAGES: readonly ArtefactKind[] = ['image', 'esp-image', 'esp-secure-cert', 'mcuboot-image', 'dfuse'];
const KEY: readonly ArtefactKind[] = ['rkey'];

/** Form 1 has one file of each kind, and its phases do not name them. */
const FORM_1: Partial<Record<RecipePhase['operation'], readonly ArtefactUse[]>> = {
  program: [{ field: 'operation', name: 'firmware', kinds: IMAGES }],
  verify: [{ field: 'operation', name: 'firmware', kinds: IMAGES }],
  'inject-oem-root-key': [{ field: 'operation', name: 'oemRootKey', kinds: KEY }],
  'inject-boot-certificates': [
    { field: 'operation', name: 'keyCertificate', kinds: ['key-certificate'] },
    { field: 'operation', name: 'codeCertificate', kinds: ['code-certificate'] },
  ],
};

/** By operation: parameters that name files, and what these may be. */
const FORM_2: Partial<
  Record<RecipePhase['operation'], readonly (readonly [string, readonly ArtefactKind[]])[]>
> = {
  program: [['image', IMAGES]],
  verify: [['image', IMAGES]],
  'inject-oem-root-key': [['key', KEY]],
  'inject-key': [['key', KEY]],
  'inject-boot-certificates': [
    ['keyCertificate', ['key-certificate']],
    ['codeCertificate', ['code-certificate']],
  ],
  burn: [['artefact', ['fuse-value']]],
  enrol: [['keepKeyFor', ['key-recipient']]],
};

/** The files that a phase works with, in its order. */
export function artefactsOfPhase(
  { format }: Pick<Recipe, 'format'>,
  { operation, params }: Pick<RecipePhase, 'operation' | 'params'>,
): readonly ArtefactUse[] {
  if (format === 'rootline-job/1') return FORM_1[operation] ?? [];
  return (FORM_2[operation] ?? []).flatMap(([param, kinds]) => {
    const value = params[param];
    if (typeof value === 'string') return [{ field: `params.${param}`, name: value, kinds }];
    if (!Array.isArray(value)) return [];
    return value.map((name, index) => ({ field: `params.${param}.${index}`, name, kinds }));
  });
}

/** The files that are programmed, in their order; none for a recipe that programs nothing. */
export function imageNames(recipe: Pick<Recipe, 'format' | 'phases'>): string[] {
  const phase = recipe.phases.find(({ operation }) => operation === 'program' || operation === 'verify');
  return phase === undefined ? [] : artefactsOfPhase(recipe, phase).map(({ name }) => name);
}
