import type { PhaseView } from '#contract/sites.ts';
import type { RunEnd } from '#services/engine/conclude.ts';
import type { RunJob } from '#services/engine/ports.ts';

/** A place in the open batch for one run. `release` always follows, with how the run ended. */
export interface Place {
  batchId: string;
  job: RunJob;
  operator: string;
  debited(): void;
  /** The run stands in the store: the counts of the batch have changed. */
  begun(): void;
  /** Never rejects: a unit whose counts cannot be read keeps its place. */
  release(end: RunEnd | null, phases: readonly PhaseView[]): Promise<void>;
}

/** What a site sees of the production: whether and for which job it may start. */
export interface Floor {
  /** True while parts start by themselves: a batch is open, not paused. */
  readonly running: boolean;
  /** Takes a place; throws AppError `no-batch`, `batch-paused`, `quantity-reached`, `allowance-used-up`. */
  take(operator: string | null): Place;
  /** The job of a batch, for a read-back. Rejects when this station does not have it any more. */
  jobOf(batchId: string): Promise<RunJob>;
  /** A read-back has decided a run. Never rejects. */
  decided(end: RunEnd): Promise<void>;
}
