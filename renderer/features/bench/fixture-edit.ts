import type { FixtureLayout } from '#contract/bench.ts';
import { isLabel } from './attach-draft.ts';

type Place = FixtureLayout['places'][number];

/** Whether two drawings are of one fixture; the order of the list is nobody's. */
export function sameLayout(one: FixtureLayout, other: FixtureLayout): boolean {
  const text = ({ rows, columns, places }: FixtureLayout) =>
    JSON.stringify([
      rows,
      columns,
      ...places.map(({ site, row, column }) => `${site} ${row} ${column}`).sort(),
    ]);
  return text(one) === text(other);
}

/** A layout that is being drawn, and every one before it. */
export interface Drawing {
  now: FixtureLayout;
  past: readonly FixtureLayout[];
  future: readonly FixtureLayout[];
}

export const drawingOf = (layout: FixtureLayout): Drawing => ({ now: layout, past: [], future: [] });

/** Takes a step; one that changes nothing is none. */
export function step(drawing: Drawing, next: FixtureLayout): Drawing {
  if (next === drawing.now) return drawing;
  return { now: next, past: [...drawing.past, drawing.now], future: [] };
}

export function undo({ now, past, future }: Drawing): Drawing {
  const before = past.at(-1);
  return before === undefined
    ? { now, past, future }
    : { now: before, past: past.slice(0, -1), future: [now, ...future] };
}

export function redo({ now, past, future }: Drawing): Drawing {
  const [next, ...rest] = future;
  return next === undefined ? { now, past, future } : { now: next, past: [...past, now], future: rest };
}

export const siteAt = ({ places }: FixtureLayout, row: number, column: number): string | null =>
  places.find((place) => place.row === row && place.column === column)?.site ?? null;

/** Moves a site; where another stands, the two change places. Over the edge: nothing. */
export function move(layout: FixtureLayout, site: string, row: number, column: number): FixtureLayout {
  const from = layout.places.find((place) => place.site === site);
  const inside = row >= 0 && column >= 0 && row < layout.rows && column < layout.columns;
  if (from === undefined || !inside || (from.row === row && from.column === column)) return layout;
  const other = siteAt(layout, row, column);
  const placed = (place: Place): Place => {
    if (place.site === site) return { site, row, column };
    return place.site === other ? { ...place, row: from.row, column: from.column } : place;
  };
  return { ...layout, places: layout.places.map(placed) };
}

/** A new site on a free place, under the label that its place would have, or the next that is free. */
export function add(layout: FixtureLayout, row: number, column: number): FixtureLayout {
  if (siteAt(layout, row, column) !== null) return layout;
  const taken = new Set(layout.places.map(({ site }) => site));
  let number = column + 1;
  while (taken.has(`${letters(row)}${number}`)) number += 1;
  return { ...layout, places: [...layout.places, { site: `${letters(row)}${number}`, row, column }] };
}

/** A new site on a free place under a label that was typed. Null: it is no label, or another site has it. */
export function addAs(
  layout: FixtureLayout,
  row: number,
  column: number,
  label: string,
): FixtureLayout | null {
  if (siteAt(layout, row, column) !== null || !isFree(layout, label)) return null;
  return { ...layout, places: [...layout.places, { site: label, row, column }] };
}

export const remove = (layout: FixtureLayout, site: string): FixtureLayout => ({
  ...layout,
  places: layout.places.filter((place) => place.site !== site),
});

const isFree = ({ places }: FixtureLayout, label: string): boolean =>
  isLabel(label) && !places.some(({ site }) => site === label);

/** Null: the label is no label, or another site has it. */
export function rename(layout: FixtureLayout, site: string, label: string): FixtureLayout | null {
  if (label === site) return layout;
  if (!isFree(layout, label)) return null;
  const renamed = layout.places.map((place) => (place.site === site ? { ...place, site: label } : place));
  return { ...layout, places: renamed };
}

/** Rows and columns; never so few that a site would stand outside. */
export function resize(layout: FixtureLayout, rows: number, columns: number): FixtureLayout {
  const least = (pick: (place: Place) => number): number => Math.max(0, ...layout.places.map(pick)) + 1;
  const next = {
    rows: Math.min(
      16,
      Math.max(
        1,
        rows,
        least(({ row }) => row),
      ),
    ),
    columns: Math.min(
      16,
      Math.max(
        1,
        columns,
        least(({ column }) => column),
      ),
    ),
  };
  return next.rows === layout.rows && next.columns === layout.columns ? layout : { ...layout, ...next };
}

/** Row 0 is A, row 26 AA. */
export const letters = (row: number): string =>
  (row >= 26 ? String.fromCharCode(64 + Math.floor(row / 26)) : '') + String.fromCharCode(65 + (row % 26));
