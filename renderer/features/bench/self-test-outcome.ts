import type { SelfTest } from '#client/views.ts';

/** A test that a person stopped says nothing against the board. */
export function outcomeOf({ ok, steps }: SelfTest): 'passed' | 'stopped' | 'failed' {
  if (ok) return 'passed';
  return steps.some(({ state }) => state === 'stopped') ? 'stopped' : 'failed';
}
