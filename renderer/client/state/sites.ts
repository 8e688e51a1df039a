import { create } from 'zustand';
import type { SiteView } from '#contract/sites.ts';

/** A site as last told, and when: a running clock counts on from there (performance.now, ms). */
export interface SiteEntry {
  view: SiteView;
  at: number;
}

interface Sites {
  entries: ReadonlyMap<string, SiteEntry>;
  known: boolean;
}

export const useSites = create<Sites>()(() => ({ entries: new Map(), known: false }));

/** Takes one site's new view. */
export function putSite(view: SiteView): void {
  useSites.setState(({ entries }) => ({
    entries: new Map(entries).set(view.id, { view, at: performance.now() }),
  }));
}

/** Takes the full list; sites in `fresher` were told again while the list was under way and stay as they are. */
export function putSites(views: readonly SiteView[], fresher: ReadonlySet<string>): void {
  const at = performance.now();
  useSites.setState(({ entries: old }) => {
    const entries = new Map<string, SiteEntry>();
    for (const view of views) {
      const kept = fresher.has(view.id) ? old.get(view.id) : undefined;
      entries.set(view.id, kept ?? { view, at });
    }
    return { entries, known: true };
  });
}

/** Sites in the order of the fixture: by row, then column. */
export function inFixtureOrder(entries: ReadonlyMap<string, SiteEntry>): SiteEntry[] {
  return [...entries.values()].sort((a, b) => a.view.row - b.view.row || a.view.column - b.view.column);
}
