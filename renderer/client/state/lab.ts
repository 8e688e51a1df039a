import { create } from 'zustand';
import type { LabView } from '#contract/lab.ts';

/** Boards in the lab as last told, by site. */
export const useLabs = create<{ bySite: ReadonlyMap<string, LabView> }>()(() => ({ bySite: new Map() }));

export function putLab(view: LabView): void {
  useLabs.setState(({ bySite }) => ({ bySite: new Map(bySite).set(view.site, view) }));
}

export function dropLab(site: string): void {
  useLabs.setState(({ bySite }) => {
    const rest = new Map(bySite);
    rest.delete(site);
    return { bySite: rest };
  });
}
