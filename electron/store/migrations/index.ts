import { initial } from './0001-initial.ts';
import { cloud } from './0002-cloud.ts';
import type { Migration } from './migration.ts';

/** In order; version = position + 1. */
export const migrations: readonly Migration[] = [initial, cloud];
