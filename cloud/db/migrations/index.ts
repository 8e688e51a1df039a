import type { Kysely } from 'kysely';
import { initial } from './0001-initial.ts';
import { searchAndCounts } from './0002-search-and-counts.ts';
import { targetFiles } from './0003-target-files.ts';

export interface Migration {
  number: number;
  name: string;
  up(db: Kysely<unknown>): Promise<void>;
}

/** In order. A shipped one never changes. */
export const migrations: readonly Migration[] = [
  { number: 1, name: 'initial', up: initial },
  { number: 2, name: 'search-and-counts', up: searchAndCounts },
  { number: 3, name: 'target-files', up: targetFiles },
];
