import type { BatchView } from '#contract/batches.ts';
import type { PhaseView } from '#contract/sites.ts';
import type { RunEnd } from '#services/engine/conclude.ts';
import type { RunJob } from '#services/engine/ports.ts';
import { createThrottle } from '#services/engine/throttle.ts';
import type { LoadedJob } from '#services/jobs/load-job.ts';
import type { Floor, Place } from '#services/sites/floor.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { BatchRow, BatchTotals, JobRow, Store } from '#store/api.ts';
import {
  allowanceUsedUp,
  batchClosing,
  batchMissing,
  batchPaused,
  jobMissing,
  noBatch,
  quantityReached,
} from './batch-errors.ts';
import { batchView } from './batch-view.ts';
import { shownJob } from './shown-job.ts';
import { whyFull, type TakenPlace } from './places.ts';

export interface ProductionParts {
  store: Pick<Store, 'batches' | 'jobs' | 'runs' | 'people'>;
  jobs: ReadonlyMap<string, LoadedJob>;
  drivers: Pick<DriverHost, 'putImage'>;
  demo: boolean;
  publish(view: BatchView): void;
  /** A place became free: waiting parts may start. */
  onRoom(): void;
  /** Counts that could not be read: for the log. */
  onDefect(error: unknown): void;
}

/** At most this often a screen hears of a batch, but for a new state of it, milliseconds. */
const PUBLISH_MS = 250;

interface Current {
  row: BatchRow;
  totals: BatchTotals;
  job: JobRow;
  openedBy: string;
  allowanceLeft: number;
}

/** What runs need of a loaded job. */
export function runJobOf(job: LoadedJob): RunJob {
  const { recipe, sha256, image, files, target } = job;
  return { recipe, sha256, firmware: image?.sha256 ?? null, files, target };
}

/** The open batch: who may start a run on it, and what it has come to. There is one at a time. */
export class Production implements Floor {
  private readonly parts: ProductionParts;
  private current: Current | null = null;
  private readonly taken = new Set<TakenPlace>();
  /** Runs that have ended: their places are free once the counts have been read again. */
  private readonly leaving = new Set<TakenPlace>();
  /** Runs whose end the store could not take: they keep their places until a read-back decides them. */
  private readonly unstored = new Map<string, TakenPlace>();
  /** Share of the wire that a phase last used, percent: it is no part of the store's totals. */
  private readonly wireShares = new Map<string, number>();
  private operator: string | null = null;
  private reading: Promise<void> | null = null;
  private waiting: Promise<void> | null = null;
  private holds = 0;
  /** Debits of this process, in all: a reading that began before one does not know of it. */
  private debits = 0;
  private published = '';
  private shown: Current | null = null;
  private readonly news;
  private readonly recount;

  constructor(parts: ProductionParts) {
    this.parts = parts;
    this.news = createThrottle(PUBLISH_MS, () => this.publish());
    this.recount = createThrottle(PUBLISH_MS, () => void this.recounted());
  }

  get running(): boolean {
    return this.current?.row.state === 'open' && this.holds === 0;
  }

  /** Runs that have a place and have not ended. */
  get underWay(): number {
    return this.taken.size - this.unstored.size - this.leaving.size;
  }

  /** Lets no run start until the returned function is called. */
  hold(): () => void {
    this.holds += 1;
    return () => {
      this.holds -= 1;
      if (this.hasRoom()) this.parts.onRoom();
    };
  }

  get batchId(): string | null {
    return this.current?.row.id ?? null;
  }

  /** Who works on the open batch from now on: runs that start by themselves are booked on them. */
  operatedBy(person: string): void {
    this.operator = person;
  }

  /** Takes up the batch that an earlier process left open. */
  async load(): Promise<void> {
    const [row] = await this.parts.store.batches.list('open', 1);
    if (row !== undefined) await this.enter(row, row.openedBy);
  }

  /** Makes `row` the batch that sites work on. Its image goes to the driver process once; the host keeps it. */
  async enter(row: BatchRow, operator: string): Promise<void> {
    const job = this.parts.jobs.get(row.jobId);
    // A batch whose job is gone can still be looked at and closed.
    if (job?.recipe.revision === row.jobRevision && job.image !== null)
      await this.parts.drivers.putImage(job.image);
    this.operator = operator;
    await this.refresh(row);
  }

  /**
   * Reads the counts again and tells every screen. Sites that end together share one reading; whoever asks while one is
   * under way gets the next, which sees what has been written before the question.
   */
  refresh(row = this.current?.row): Promise<void> {
    if (row === undefined) return Promise.resolve();
    const known = this.current?.row.id === row.id;
    // A new state counts at once, the counts follow.
    if (this.current !== null && known) this.current = { ...this.current, row };
    if (this.reading !== null) {
      const next = () => {
        this.waiting = null;
        return this.refresh();
      };
      const other = () => this.refresh(row);
      if (!known) return this.reading.then(other, other);
      return (this.waiting ??= this.reading.then(next, next));
    }
    this.reading = this.reread(row).finally(() => (this.reading = null));
    return this.reading;
  }

  /** A closed batch is let go, and with it the places of what was left unread. */
  private async reread(before: BatchRow): Promise<void> {
    const [leaving, debits] = [[...this.leaving], this.debits];
    const next = await this.read(before);
    const batch = this.current?.row.id === before.id ? this.current.row : before;
    next.row = batch;
    for (const place of leaving) this.free(place);
    // A reading that began before a debit may not know of it; one too many is put right by the next reading.
    next.allowanceLeft -= this.debits - debits;
    if (batch.state === 'closed') for (const place of this.unstored.values()) this.free(place);
    if (batch.state === 'closed') this.unstored.clear();
    this.current = batch.state === 'closed' ? null : next;
    const shown = this.shown?.row;
    this.shown = next;
    if (shown?.id === batch.id && shown.state === batch.state) this.news.call();
    else this.news.flush();
  }

  private free(place: TakenPlace): void {
    this.taken.delete(place);
    this.leaving.delete(place);
  }

  /** Says only what is new: two runs that begin together change the counts once. */
  private publish(): void {
    const { shown } = this;
    if (shown === null) return;
    const text = JSON.stringify([shown.row, shown.totals, shown.allowanceLeft]);
    if (text === this.published) return;
    this.published = text;
    this.parts.publish(this.viewOf(shown));
  }

  private recounted(): Promise<void> {
    return this.refresh().catch((error: unknown) => this.parts.onDefect(error));
  }

  take(operator: string | null): Place {
    const { current } = this;
    if (current === null) throw noBatch();
    if (this.holds > 0) throw batchClosing();
    const { row } = current;
    if (row.state !== 'open') throw batchPaused();
    const full = this.full(current);
    const job = this.jobFor(row);
    if (full === 'quantity') throw quantityReached(row.quantity);
    if (full === 'allowance') throw allowanceUsedUp(job.recipe.allowance);
    const taken: TakenPlace = { debited: false };
    this.taken.add(taken);
    return {
      batchId: row.id,
      job: runJobOf(job),
      operator: operator ?? this.operator ?? row.openedBy,
      debited: () => this.debit(taken),
      begun: () => this.recount.call(),
      release: (end, phases) => this.release(taken, end, phases),
    };
  }

  private debit(place: TakenPlace): void {
    place.debited = true;
    this.debits += 1;
    if (this.current !== null) this.current.allowanceLeft -= 1;
  }

  /** The counts are read before the place is free, so that one unit never counts as none. */
  private async release(place: TakenPlace, end: RunEnd | null, phases: readonly PhaseView[]): Promise<void> {
    if (end?.outcome === 'passed') this.noteWireShare(phases);
    if (end?.stored === false) this.unstored.set(end.runId, place);
    else this.leaving.add(place);
    await this.recounted();
    if (this.hasRoom()) this.parts.onRoom();
  }

  private hasRoom(): boolean {
    return this.running && this.current !== null && this.full(this.current) === null;
  }

  private full({ row, totals, allowanceLeft }: Current): ReturnType<typeof whyFull> {
    const { made, unknown } = totals;
    return whyFull({ quantity: row.quantity, made, unknown, allowanceLeft }, [...this.taken]);
  }

  private noteWireShare(phases: readonly PhaseView[]): void {
    for (const { id, measurements } of phases) {
      const share = measurements.find((one) => one.name === 'wire-share');
      if (share !== undefined) this.wireShares.set(id, share.value);
    }
  }

  async decided(end: RunEnd): Promise<void> {
    const place = this.unstored.get(end.runId);
    this.unstored.delete(end.runId);
    if (place !== undefined) this.leaving.add(place);
    await this.recounted();
    if (this.hasRoom()) this.parts.onRoom();
  }

  async jobOf(batchId: string): Promise<RunJob> {
    const row = await this.parts.store.batches.get(batchId);
    if (row === null) throw batchMissing(batchId);
    return runJobOf(this.jobFor(row));
  }

  /** A batch keeps the revision it was opened with: another one under the same id is not its job. */
  private jobFor(row: BatchRow): LoadedJob {
    const job = this.parts.jobs.get(row.jobId);
    if (job?.recipe.revision !== row.jobRevision) throw jobMissing(row.jobId);
    return job;
  }

  /** Any batch as a screen shows it. */
  async view(row: BatchRow): Promise<BatchView> {
    return this.viewOf(await this.read(row));
  }

  private async read(row: BatchRow): Promise<Current> {
    const { batches, jobs, people } = this.parts.store;
    const [totals, job, opener] = await Promise.all([
      batches.totals(row.id),
      jobs.get(row.jobId, row.jobRevision),
      people.get(row.openedBy),
    ]);
    if (job === null) throw jobMissing(row.jobId);
    const openedBy = opener === null ? row.openedBy : `${opener.name} (${opener.id})`;
    return { row, totals, job, openedBy, allowanceLeft: job.allowanceLeft };
  }

  currentView(): BatchView | null {
    return this.current === null ? null : this.viewOf(this.current);
  }

  private viewOf({ row, totals, job, openedBy, allowanceLeft }: Current): BatchView {
    const { view, recipe } = shownJob(job, this.parts.jobs.get(row.jobId), allowanceLeft, this.parts.demo);
    const titles = new Map(recipe.phases.map((phase) => [phase.id, phase.title]));
    return batchView({
      ...{ row, totals, openedBy, job: view, now: Date.now() },
      titleOf: (phase) => titles.get(phase) ?? phase,
      wireShare: (phase) => this.wireShares.get(phase) ?? null,
    });
  }
}
