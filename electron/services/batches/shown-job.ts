import type { JobView } from '#contract/jobs.ts';
import { jobView } from '#services/jobs/job-view.ts';
import type { LoadedJob } from '#services/jobs/load-job.ts';
import { recipeSchema, type Recipe, type RecipePhase } from '#services/recipe.ts';
import type { JobRow } from '#store/api.ts';

/**
 * The job of a batch as screens show it. A batch outlives its job's files: where the loaded job is another revision,
 * or gone, the recipe in the store still tells all but the sizes of its images.
 */
export function shownJob(
  row: JobRow,
  loaded: LoadedJob | undefined,
  allowanceLeft: number,
  demo: boolean,
): { view: JobView; recipe: Recipe } {
  if (loaded?.sha256 === row.sha256) {
    return { view: jobView(loaded, allowanceLeft, demo), recipe: loaded.recipe };
  }
  const recipe = recipeSchema.parse(JSON.parse(row.recipe));
  const head = row.sha256.slice(0, 8).toUpperCase();
  const { id, name, revision, sha256 } = row;
  const view: JobView = {
    ...{ id, name, revision, sha256, checksum: `${head.slice(0, 4)} ${head.slice(4)}` },
    ...{ target: recipe.target, targetTitle: recipe.target.toUpperCase(), rootOfTrust: recipe.rootOfTrust },
    allowance: { total: row.allowanceTotal, left: allowanceLeft },
    images: [],
    phases: recipe.phases.map(({ id: phase, title, irreversible }) => ({ id: phase, title, irreversible })),
    keptFor: recipe.phases.some(keepsKey) ? { fingerprint: null } : null,
  };
  return { view, recipe };
}

const keepsKey = ({ params }: RecipePhase): boolean => params['keepKeyFor'] !== undefined;
