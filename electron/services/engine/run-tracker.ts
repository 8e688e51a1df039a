import type { ErrorView } from '#contract/errors.ts';
import type { MeasurementView, PhaseView, RunView } from '#contract/sites.ts';
import type { Progress } from '#drivers/core/operations.ts';
import type { Recipe } from '#services/recipe.ts';
import type { RunRow } from '#store/api.ts';
import { ByteRate } from './byte-rate.ts';
import type { Clock } from './clock.ts';

/** The run as a screen shows it, kept up to date phase by phase. Makes no decisions. */
export class RunTracker {
  private readonly clock: Clock;
  private readonly started: number;
  private readonly rate: ByteRate;
  private run: RunView;

  constructor(row: RunRow, recipe: Recipe, clock: Clock) {
    this.clock = clock;
    this.started = clock() - (row.seconds ?? 0) * 1000;
    this.rate = new ByteRate(clock);
    this.run = {
      id: row.id,
      attempt: row.attempt,
      chipUid: row.chipUid,
      deviceId: row.deviceId,
      readingBack: false,
      phases: recipe.phases.map((phase) => waiting(phase)),
      current: null,
      progress: null,
      startedAt: row.startedAt,
      elapsed: row.seconds ?? 0,
      error: row.error,
    };
  }

  /** Overrides what was learnt of the part. */
  part(known: Partial<Pick<RunView, 'chipUid' | 'deviceId' | 'attempt'>>): void {
    this.run = { ...this.run, ...known };
  }

  begin(id: string): void {
    this.rate.reset();
    this.run = { ...this.run, current: this.indexOf(id), progress: null };
    this.phase(id, { state: 'running', startedAt: new Date().toISOString() });
  }

  progress(progress: Progress): void {
    const { done, total, unit, note = '' } = progress;
    const perSecond = unit === 'B' ? this.rate.at(done) : null;
    this.run = { ...this.run, progress: { done, total, unit, note, perSecond } };
  }

  finish(id: string, seconds: number, measurements: MeasurementView[]): void {
    this.phase(id, { state: 'done', seconds, measurements });
    this.run = { ...this.run, current: null, progress: null };
  }

  fail(id: string, state: 'failed' | 'unknown', seconds: number, measurements: MeasurementView[]): void {
    this.phase(id, { state, seconds, measurements });
  }

  /** The run is over: phases that never began are `skipped`. */
  end(error: ErrorView | null): void {
    const phases = this.run.phases.map((phase) =>
      phase.state === 'waiting' ? { ...phase, state: 'skipped' as const } : phase,
    );
    this.run = { ...this.run, phases, current: null, progress: null, readingBack: false, error };
    this.run.elapsed = this.elapsed();
  }

  /** Shows the run as one that is being read back; the phases it settles are in doubt until then. */
  readingBack(on: boolean): void {
    this.run = { ...this.run, readingBack: on, progress: null };
  }

  view(running: boolean): RunView {
    return running ? { ...this.run, elapsed: this.elapsed() } : this.run;
  }

  private elapsed(): number {
    return Math.round(this.clock() - this.started) / 1000;
  }

  private indexOf(id: string): number {
    return this.run.phases.findIndex((phase) => phase.id === id);
  }

  private phase(id: string, change: Partial<PhaseView>): void {
    const phases = this.run.phases.map((phase) => (phase.id === id ? { ...phase, ...change } : phase));
    this.run = { ...this.run, phases };
  }
}

function waiting(phase: Recipe['phases'][number]): PhaseView {
  const { id, title, irreversible } = phase;
  return { id, title, irreversible, state: 'waiting', startedAt: null, seconds: null, measurements: [] };
}
