import type { SiteState, SiteView } from '#contract/sites.ts';

type Place = Pick<SiteView, 'lab' | 'state'>;

const TAKEN: Readonly<Partial<Record<SiteState, string>>> = {
  ...{ offline: 'is offline', running: 'is running', unknown: 'must be read back' },
  ...{ passed: 'still has its finished part', failed: 'still has its failed part' },
};

/** Nothing of production stands on it: only such a site can be taken out. One that is in the lab already stays open. */
export const isFree = ({ lab, state }: Place): boolean => lab || TAKEN[state] === undefined;

/** Why a site cannot go into the lab now; empty for one that can. */
export const takenWords = ({ state }: Place): string => TAKEN[state] ?? '';

/** What an engineer finds there. */
export function placeWords({ lab, state }: Place): string {
  const part = state === 'empty' ? 'No part in' : state === 'ready' ? 'A part is in' : 'Board not in reach';
  return lab ? `In the lab · ${part}` : part;
}
