import type { ErrorView } from '#contract/errors.ts';
import type { RunView } from '#contract/sites.ts';
import type { RunEnd } from '#services/engine/conclude.ts';
import type { RunJob } from '#services/engine/ports.ts';
import { markInterrupted, readBack, readChipUid, restoreTracker } from '#services/engine/read-back.ts';
import { RunError } from '#services/engine/run-error.ts';
import { RunTracker } from '#services/engine/run-tracker.ts';
import { executeRun } from '#services/engine/run.ts';
import { viewOf } from '#services/engine/failures.ts';
import type { RunRow } from '#store/api.ts';
import type { Place } from './floor.ts';
import { noSuchSite, siteNotReady } from './site-errors.ts';
import type { SiteParts } from './site-parts.ts';
import type { SiteFacts } from './site-state.ts';

/** The site as its run needs it. */
export interface RunSurroundings {
  site: string;
  isClosed: () => boolean;
  isOnline: () => boolean;
  connect: () => Promise<void>;
  renew: () => Promise<void>;
  leaveBehind: () => void;
  /** Facts that changed; the error that stands stays where none is given. */
  tell: (facts: Partial<SiteFacts>, error?: ErrorView | null) => void;
  /** The run's own view changed; `now`: it cannot wait. */
  changed: (now: boolean) => void;
}

/** The run that stands on a site: made there, or to be read back. One act at a time, which the site sees to. */
export class SiteRun {
  private readonly parts: SiteParts;
  private readonly around: RunSurroundings;
  private tracker: RunTracker | null = null;
  private row: RunRow | null = null;
  private stopper: AbortController | null = null;
  private aborter: AbortController | null = null;

  constructor(parts: SiteParts, around: RunSurroundings) {
    this.parts = parts;
    this.around = around;
  }

  view(running: boolean): RunView | null {
    return this.tracker?.view(running) ?? null;
  }

  /** The run whose part must be read before anything else. */
  get unread(): RunRow | null {
    return this.row;
  }

  /** Honoured between irreversible steps; a run that has begun to lock is led to its end. */
  stop(why: 'stopped' | 'interrupted'): void {
    this.stopper?.abort(new RunError(why));
  }

  abort(why: 'part-removed' | 'interrupted'): void {
    this.aborter?.abort(new RunError(why));
  }

  forget(): void {
    this.tracker = null;
    this.row = null;
  }

  /** Whether the part of the result is the one in the socket: its unique id tells. Never rejects. */
  async isItsPart(): Promise<boolean> {
    const made = this.view(false)?.chipUid ?? null;
    const found = await readChipUid(this.parts.ports, this.around.site, this.newAborter().signal);
    this.aborter = null;
    return found === made;
  }

  private newAborter(): AbortController {
    this.aborter = new AbortController();
    return this.aborter;
  }

  /** Never rejects: whatever fails, the site comes to an end and the place is given back. */
  async produce(place: Place, begun: PromiseWithResolvers<undefined>): Promise<void> {
    const { batchId, job, operator } = place;
    const { runs, clock } = this.parts.ports;
    const run = { id: this.parts.newId(), batchId, jobId: job.recipe.id, site: this.around.site, operator };
    const row = await runs.begin(run).catch((error: unknown) => {
      begun.reject(error);
      return null;
    });
    if (row === null) return place.release(null, []);
    this.tracker = new RunTracker(row, job.recipe, clock);
    this.around.tell({ running: true, result: null }, null);
    begun.resolve(undefined);
    place.begun();
    const end = await this.execute(row, this.tracker, job, place);
    await this.ended(row, this.tracker, end, place);
  }

  private execute(row: RunRow, tracker: RunTracker, job: RunJob, place: Place): Promise<RunEnd> {
    const stop = (this.stopper = new AbortController());
    const abort = this.newAborter();
    if (this.around.isClosed()) this.abort('interrupted');
    return executeRun(
      {
        ...{ row, job, tracker, stop: stop.signal, abort: abort.signal },
        onChange: (now) => this.around.changed(now),
        onDebited: () => place.debited(),
      },
      this.parts.ports,
    );
  }

  /** The batch counts first: whoever sees the site settled finds the counts settled too. */
  private async ended(row: RunRow, tracker: RunTracker, end: RunEnd, place: Place): Promise<void> {
    this.stopper = this.aborter = null;
    tracker.end(end.error);
    const { phases, chipUid, deviceId, attempt } = tracker.view(false);
    if (end.outcome === 'unknown') {
      this.row = { ...row, chipUid, deviceId, attempt, outcome: 'unknown', error: end.error };
    }
    await place.release(end, phases);
    this.around.tell({ running: false, result: end.outcome });
    if (end.stuck) this.around.leaveBehind();
    if (end.adopt !== null) await this.adopt(end.adopt);
  }

  /** The part in the socket has an older run that nobody read: that one comes first, wherever it began. */
  private async adopt(runId: string): Promise<void> {
    try {
      const row = await this.parts.ports.runs.get(runId);
      if (row?.outcome !== 'unknown') return;
      await this.restore(row);
      this.parts.onAdopted(runId, this.around.site);
      await this.settle(row);
    } catch (error) {
      this.around.tell({}, viewOf(error, null));
    }
  }

  /** Shows a run of an earlier process, or of another site, that is to be read back here. */
  async restore(row: RunRow): Promise<void> {
    const job = await this.parts.floor.jobOf(row.batchId);
    const { ports } = this.parts;
    this.row = await markInterrupted(ports, row, job);
    this.tracker = restoreTracker(this.row, job, await ports.runs.journal(row.id), ports.clock);
    this.around.tell({ result: 'unknown' });
  }

  /** Ends an unread run as what silicon says. Throws AppError where nothing can be read. */
  async settle(row: RunRow): Promise<void> {
    const job = await this.parts.floor.jobOf(row.batchId);
    const { site, isOnline, connect } = this.around;
    if (!isOnline()) await connect();
    if (!isOnline()) throw siteNotReady(site, 'offline');
    const { tracker } = this;
    if (tracker === null) throw noSuchSite(site);
    const end = await this.read(row, tracker, job);
    tracker.end(end.error);
    if (end.outcome !== 'unknown') await this.parts.floor.decided(end);
    // Another site may have taken the run over, or the batch was closed without it.
    if (this.row?.id !== row.id) return;
    if (end.outcome !== 'unknown') this.row = null;
    this.around.tell({ result: end.outcome });
    if (end.stuck) this.around.leaveBehind();
  }

  private async read(row: RunRow, tracker: RunTracker, job: RunJob): Promise<RunEnd> {
    const { site, changed, renew } = this.around;
    const { signal } = this.newAborter();
    if (this.around.isClosed()) this.abort('interrupted');
    const run = { row, job, tracker, site, abort: signal };
    const end = await readBack({ ...run, onChange: changed, renew }, this.parts.ports);
    this.aborter = null;
    return end;
  }
}
