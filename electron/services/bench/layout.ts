import { z } from 'zod';
import type { FixtureLayout } from '#contract/bench.ts';
import { placeOf, type SiteConfig } from '#services/sites/site-config.ts';
import type { Sites } from '#services/sites/sites.ts';
import type { Store } from '#store/api.ts';
import { badLayout } from './bench-errors.ts';

/** Settings key of the fixture's size; what stands where is with the sites. */
export const LAYOUT_SETTING = 'bench.layout';
/** Rows and columns of the largest fixture (contract). */
const MOST = 16;

type Place = { row: number; column: number };
const size = z.strictObject({
  rows: z.number().int().min(1).max(MOST),
  columns: z.number().int().min(1).max(MOST),
});

/** The fixture as it stands: as large as was drawn, and never smaller than its sites need. */
export async function currentLayout(store: Pick<Store, 'settings'>, sites: Sites): Promise<FixtureLayout> {
  const drawn = parseSize(await store.settings.get(LAYOUT_SETTING));
  const places = sites.all().map(({ config: { site, row, column } }) => ({ site, row, column }));
  const need = (of: (place: Place) => number) => Math.max(1, ...places.map((place) => of(place) + 1));
  return {
    rows: Math.max(
      drawn.rows,
      need(({ row }) => row),
    ),
    columns: Math.max(
      drawn.columns,
      need(({ column }) => column),
    ),
    places,
  };
}

function parseSize(text: string | null): { rows: number; columns: number } {
  const parsed = size.safeParse(text === null ? null : readJson(text));
  return parsed.success ? parsed.data : { rows: 1, columns: 1 };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Throws AppError `layout-refused`: two on one place, one place for two, outside, or a bound site left out. */
export function checkLayout({ rows, columns, places }: FixtureLayout, sites: Sites): void {
  const key = ({ row, column }: Place) => `${row}.${column}`;
  if (new Set(places.map(({ site }) => site)).size < places.length)
    throw badLayout('A site stands on two places.', 'Give each site one place.');
  if (new Set(places.map(key)).size < places.length)
    throw badLayout('Two sites stand on one place.', 'Give each site a place of its own.');
  const outside = places.find(({ row, column }) => row >= rows || column >= columns);
  if (outside !== undefined)
    throw badLayout(
      `Site ${outside.site} stands outside the fixture.`,
      'Make the fixture larger, or move the site.',
    );
  for (const { config, around } of sites.all()) keeps(config, around.lab, places);
}

function keeps(config: SiteConfig, lab: boolean, places: FixtureLayout['places']): void {
  const { site, row, column, virtual, link } = config;
  const place = places.find((one) => one.site === site);
  if (virtual && (place?.row !== row || place.column !== column))
    throw badLayout(
      `Site ${site} belongs to the virtual bench and stays where it is.`,
      'Leave it in its place.',
    );
  if (place === undefined && (link !== null || lab))
    throw badLayout(
      `Site ${site} is in use and cannot be left out.`,
      'Let its programmer go first, or place it.',
    );
}

/** The place that a label names, or the first free one where that is taken or outside. */
export function freePlace(site: string, sites: Sites): Place {
  const taken = new Set(sites.all().map(({ config }) => `${config.row}.${config.column}`));
  const free = ({ row, column }: Place) => row < MOST && column < MOST && !taken.has(`${row}.${column}`);
  const named = placeOf(site);
  if (free(named)) return named;
  for (let index = 0; index < MOST * MOST; index += 1) {
    const place = { row: Math.floor(index / MOST), column: index % MOST };
    if (free(place)) return place;
  }
  throw badLayout('The fixture has no free place.', 'Let a site go first.');
}
