import { AppError } from '#contract/errors.ts';
import type { SiteState } from '#contract/sites.ts';
import { fits } from '#services/engine/act-identify.ts';
import type { Recipe } from '#services/recipe.ts';
import type { SiteConfig } from '#services/sites/site-config.ts';

/** A site as far as it matters for which job it is. */
export interface PlacedSite {
  config: Pick<SiteConfig, 'target' | 'link'>;
  state: SiteState;
}

const controlOf = ({ config }: PlacedSite): string | null => config.link?.control.kind ?? null;
const isForTarget = ({ target }: Recipe, { config }: PlacedSite): boolean => config.target === target;

/** Set up for the target of the job, and wired as it asks. */
export function isFor(recipe: Recipe, site: PlacedSite): boolean {
  return isForTarget(recipe, site) && fits(recipe.fixture?.control ?? 'any', controlOf(site));
}

/** Why no site of this bench can run the job; null where one can. Code `no-site-for-target` or `fixture-control`. */
export function refuseSites(recipe: Recipe, sites: readonly PlacedSite[]): AppError | null {
  const { id, target, fixture } = recipe;
  const right = sites.filter((site) => isForTarget(recipe, site));
  if (right.length === 0)
    return new AppError({
      code: 'no-site-for-target',
      what: `Job ${id} is for ${target.toUpperCase()}, and no site of this bench is set up for it.`,
      next: 'Set a site up for this chip on the bench page, or choose another job.',
      details: { jobId: id, target },
    });
  if (right.some((site) => isFor(recipe, site))) return null;
  const control = fixture?.control ?? 'any';
  const found = [...new Set(right.map((site) => controlOf(site) ?? 'none'))].join(', ');
  return new AppError({
    code: 'fixture-control',
    what: `Job ${id} asks for reset and mode pin by ${WAYS[control]}, and no site of its chip has that.`,
    next: 'Wire a site as the job asks and say so on the bench page, or choose another job.',
    details: { jobId: id, expected: control, found },
  });
}

const WAYS = {
  any: 'any way',
  'modem-lines': "the adapter's modem lines",
  relay: 'a relay board',
  operator: 'hand',
} as const;
