import type { Role } from '#contract/channel.ts';

export type Place = 'home' | 'batch' | 'units' | 'bench' | 'sync' | 'lab';

/** What each role finds in the rail: the operator sees the shift, the engineer sees the bench as well. */
const PLACES: Record<Role, readonly Place[]> = {
  operator: ['home', 'batch', 'units', 'sync'],
  engineer: ['home', 'batch', 'units', 'bench', 'sync', 'lab'],
  officer: ['home', 'batch', 'units', 'bench', 'sync', 'lab'],
  auditor: ['home', 'units', 'sync'],
};

export const PLACE_WORDS: Record<Place, string> = {
  home: 'Home',
  batch: 'Batch',
  units: 'Units',
  bench: 'Bench',
  sync: 'Sync',
  lab: 'Lab',
};

export const placesOf = (role: Role | null): readonly Place[] => (role === null ? [] : PLACES[role]);

/** Where a place of the rail leads: `Batch` is the open batch, or preparing one. */
export function addressOf(place: Place, openBatch: string | null): string {
  switch (place) {
    case 'home':
      return '/';
    case 'batch':
      return openBatch === null ? '/batch/prepare' : `/batch/${openBatch}`;
    case 'units':
      return '/units';
    case 'bench':
      return '/bench';
    case 'sync':
      return '/sync';
    case 'lab':
      return '/lab';
  }
}

const FIRST_PARTS = ['batch', 'units', 'bench', 'sync', 'lab'] as const;

/** The place that an address belongs to. */
export function placeOf(address: string): Place | null {
  if (address === '/') return 'home';
  if (address.startsWith('/bench/lab/')) return 'lab';
  const first = address.split('/')[1];
  return FIRST_PARTS.find((place) => place === first) ?? null;
}
