import type { RunRow } from '#store/api.ts';
import type { RunJob } from './ports.ts';
import type { RunTracker } from './run-tracker.ts';

/** What a run is told. `stop`: a person's wish, honoured between irreversible steps. `abort`: the part or link is gone. */
export interface RunSpec {
  row: RunRow;
  job: RunJob;
  tracker: RunTracker;
  stop: AbortSignal;
  abort: AbortSignal;
  /** `now`: a step began or ended; otherwise only progress moved. */
  onChange: (now: boolean) => void;
  /** The allowance has been debited for this run. */
  onDebited: () => void;
}
