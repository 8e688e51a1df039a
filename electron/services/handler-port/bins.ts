import type { SiteView } from '#contract/sites.ts';

/**
 * Where a part belongs. 4 is no scrap: nobody knows what it is until it has been read back; it stays in its socket, or
 * goes to a tray of its own.
 */
export const BINS = { passed: 1, failed: 2, again: 3, hold: 4 } as const;
export type Bin = (typeof BINS)[keyof typeof BINS];

export interface Outcome {
  site: string;
  bin: Bin;
  result: 'passed' | 'failed' | 'unknown';
  run: string;
  uid: string | null;
  device: string | null;
  /** Code of the failure; null where it passed. */
  code: string | null;
  seconds: number;
}

/** What became of the part in a socket; null before there is anything to tell. */
export function outcomeOf({ id, state, run }: SiteView): Outcome | null {
  if (run === null || (state !== 'passed' && state !== 'failed' && state !== 'unknown')) return null;
  return {
    ...{ site: id, bin: binOf(state, run.error?.retry === true), result: state, run: run.id },
    ...{ uid: run.chipUid, device: run.deviceId, code: run.error?.code ?? null },
    seconds: Math.round(run.elapsed * 10) / 10,
  };
}

function binOf(state: Outcome['result'], again: boolean): Bin {
  if (state === 'passed') return BINS.passed;
  if (state === 'unknown') return BINS.hold;
  return again ? BINS.again : BINS.failed;
}
