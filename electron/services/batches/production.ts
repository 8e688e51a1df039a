import type { BatchView } from '#contract/batches.ts';
import type { PhaseView } from '#contract/sites.ts';
import type { RunEnd } from '#services/engine/conclude.ts';
import type { RunJob } from '#services/engine/ports.ts';
import type { LoadedJob } from '#services/jobs/load-job.ts';
import type { Floor, Place } from '#services/sites/floor.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { BatchRow, BatchTotals, JobRow, Store } from '#store/api.ts';
import {
  allowanceUsedUp,
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
  store: Pick<Store, 'batches' | 'jobs' | 'runs'>;
  jobs: ReadonlyMap<string, LoadedJob>;
  drivers: Pick<DriverHost, 'putImage'>;
  demo: boolean;
  publish(view: BatchView): void;
  /** A place became free: waiting parts may start. */
  onRoom(): void;
}

interface Current {
  row: BatchRow;
  totals: BatchTotals;
  job: JobRow;
  allowanceLeft: number;
}

/** What runs need of a loaded job. */
export function runJobOf(job: LoadedJob): RunJob {
  const { recipe, sha256, image, rkeyFile, keyCertificate, codeCertificate } = job;
  return { recipe, sha256, firmware: image.sha256, oemRootKey: rkeyFile, keyCertificate, codeCertificate };
}

/** The open batch: who may start a run on it, and what it has come to. There is one at a time. */
export class Production implements Floor {
  private readonly parts: ProductionParts;
  private current: Current | null = null;
  private readonly taken = new Set<TakenPlace>();
  /** Share of the wire that a phase last used, percent: it is no part of the store's totals. */
  private readonly wireShares = new Map<string, number>();
  private operator: string | null = null;
  private reading: Promise<void> | null = null;
  private waiting: Promise<void> | null = null;

  constructor(parts: ProductionParts) {
    this.parts = parts;
  }

  get running(): boolean {
    return this.current?.row.state === 'open';
  }

  get batchId(): string | null {
    return this.current?.row.id ?? null;
  }

  /** Takes up the batch that an earlier process left open. */
  async load(): Promise<void> {
    const [row] = await this.parts.store.batches.list('open', 1);
    if (row !== undefined) await this.enter(row, row.openedBy);
  }

  /** Makes `row` the batch that sites work on. Its image goes to the driver process once; the host keeps it. */
  async enter(row: BatchRow, operator: string): Promise<void> {
    await this.parts.drivers.putImage(this.jobFor(row).image);
    this.operator = operator;
    await this.refresh(row);
  }

  /**
   * Reads the counts again and tells every screen. Sites that end together share one reading; whoever asks while one is
   * under way gets the next, which sees what has been written before the question.
   */
  refresh(row = this.current?.row): Promise<void> {
    if (row === undefined) return Promise.resolve();
    if (this.reading !== null) {
      const next = () => {
        this.waiting = null;
        return this.refresh();
      };
      if (row !== this.current?.row) return this.reading.then(() => this.refresh(row));
      return (this.waiting ??= this.reading.then(next, next));
    }
    this.reading = this.reread(row).finally(() => (this.reading = null));
    return this.reading;
  }

  /** A closed batch is let go. */
  private async reread(batch: BatchRow): Promise<void> {
    const next = await this.read(batch);
    this.current = batch.state === 'closed' ? null : next;
    this.parts.publish(this.viewOf(next));
  }

  take(operator: string | null): Place {
    const { current } = this;
    if (current === null) throw noBatch();
    const { row, totals, allowanceLeft } = current;
    if (row.state !== 'open') throw batchPaused();
    const { made, unknown } = totals;
    const full = whyFull({ quantity: row.quantity, made, unknown, allowanceLeft }, [...this.taken]);
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
      begun: () => this.refresh(),
      release: (end, phases) => this.release(taken, end, phases),
    };
  }

  private debit(place: TakenPlace): void {
    place.debited = true;
    if (this.current !== null) this.current.allowanceLeft -= 1;
  }

  /** The counts are read before the place is free, so that one unit never counts as none. */
  private async release(place: TakenPlace, end: RunEnd | null, phases: readonly PhaseView[]): Promise<void> {
    if (end?.outcome === 'passed') this.noteWireShare(phases);
    try {
      await this.refresh();
    } finally {
      this.taken.delete(place);
    }
    if (end?.outcome === 'failed') this.parts.onRoom();
  }

  private noteWireShare(phases: readonly PhaseView[]): void {
    for (const { id, measurements } of phases) {
      const share = measurements.find((one) => one.name === 'wire-share');
      if (share !== undefined) this.wireShares.set(id, share.value);
    }
  }

  async decided(end: RunEnd): Promise<void> {
    await this.refresh();
    if (end.outcome === 'failed') this.parts.onRoom();
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
    const { batches, jobs } = this.parts.store;
    const [totals, job] = await Promise.all([batches.totals(row.id), jobs.get(row.jobId, row.jobRevision)]);
    if (job === null) throw jobMissing(row.jobId);
    return { row, totals, job, allowanceLeft: job.allowanceLeft };
  }

  currentView(): BatchView | null {
    return this.current === null ? null : this.viewOf(this.current);
  }

  private viewOf({ row, totals, job, allowanceLeft }: Current): BatchView {
    const { view, recipe } = shownJob(job, this.parts.jobs.get(row.jobId), allowanceLeft, this.parts.demo);
    const titles = new Map(recipe.phases.map((phase) => [phase.id, phase.title]));
    return batchView({
      ...{ row, totals, job: view, now: Date.now() },
      titleOf: (phase) => titles.get(phase) ?? phase,
      wireShare: (phase) => this.wireShares.get(phase) ?? null,
    });
  }
}
