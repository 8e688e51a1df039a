import { initial } from './0001-initial.ts';
import type { Migration } from './migration.ts';

/** In order; version = position + 1. */
export const migrations: readonly Migration[] = [initial];
