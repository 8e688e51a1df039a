import type { Answer } from '#cloud/contract/api.ts';
import { answers, type Answers } from './fixture-answers.ts';

const none = () => ({ rows: [], cursor: null });

function zeroed<T>(value: T): T {
  if (typeof value === 'number') return 0 as T;
  if (Array.isArray(value)) return [] as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, zeroed(each as unknown)])) as T;
}

/** A cloud on its first day. */
export const emptyAnswers: Answers = {
  overview: () => zeroed(answers.overview?.({ query: {}, path: '' }) as Answer<'overview'>),
  stations: none,
  batches: none,
  units: none,
  certificates: none,
  crls: () => ({ crls: [] }),
  orders: none,
  targets: () => ({ targets: [] }),
  targetItems: none,
  transfers: none,
  events: none,
};
