import type { ErrorView } from '#contract/errors.ts';
import type { SyncView } from '#contract/sync.ts';
import type { Uploaded } from './upload.ts';

export type SyncState = SyncView['state'];

/** What the loop knows of itself; everything else of the screen is read from the store. */
export class Status {
  state: SyncState = 'none';
  /** When this state began. */
  since: string | null = null;
  error: ErrorView | null = null;
  /** A message from the cloud that was not believed or could not be kept; the upload goes on. */
  downError: ErrorView | null = null;
  decision: SyncView['decision'] = null;
  lastContact: string | null = null;
  nextTryAt: string | null = null;
  clockOffset: number | null = null;
  /** Of the line, over the last requests; null: not measured yet. */
  bytesPerSecond: number | null = null;
  recordsPerSecond: number | null = null;
  moving = false;
  private readonly changed: () => void;
  private readonly date: () => Date;

  constructor(changed: () => void, date: () => Date) {
    this.changed = changed;
    this.date = date;
  }

  /** A new state with what belongs to it; the rest is as before. */
  enter(state: SyncState, facts: Partial<Pick<Status, 'error' | 'nextTryAt' | 'decision'>> = {}): void {
    if (state !== this.state) this.since = this.date().toISOString();
    this.state = state;
    Object.assign(this, { error: null, nextTryAt: null, decision: null, ...facts });
    if (state !== 'online') this.moving = false;
    this.changed();
  }

  /** One request went through. Half of what was measured before, half of this one. */
  measured({ records, bytes, ms }: Uploaded): void {
    const seconds = Math.max(ms, 1) / 1000;
    const mix = (before: number | null, now: number) => (before === null ? now : (before + now) / 2);
    this.recordsPerSecond = mix(this.recordsPerSecond, records / seconds);
    // A few bytes measure the way there and back, not the line.
    if (bytes > 16 * 1024) this.bytesPerSecond = mix(this.bytesPerSecond, bytes / seconds);
    this.moving = true;
    this.changed();
  }

  settled(): void {
    if (!this.moving) return;
    this.recordsPerSecond = null;
    this.moving = false;
    this.changed();
  }

  rate(waiting: number): SyncView['rate'] {
    if (!this.moving || this.recordsPerSecond === null) return null;
    const recordsPerSecond = this.recordsPerSecond;
    const secondsLeft = recordsPerSecond > 0 ? waiting / recordsPerSecond : null;
    return { recordsPerSecond, bytesPerSecond: this.bytesPerSecond ?? 0, secondsLeft };
  }
}
