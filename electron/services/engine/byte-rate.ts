import type { Clock } from './clock.ts';

const WINDOW_MS = 1000;

/** Bytes per second over the last second or so: steady enough to read, quick enough to show a stall. */
export class ByteRate {
  private readonly clock: Clock;
  private marks: { at: number; done: number }[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
  }

  reset(): void {
    this.marks = [];
  }

  /** Null until there is a span to divide by. */
  at(done: number): number | null {
    const now = this.clock();
    this.marks.push({ at: now, done });
    while (this.marks.length > 2 && (this.marks[1]?.at ?? now) <= now - WINDOW_MS) this.marks.shift();
    const first = this.marks[0];
    if (first === undefined || now <= first.at) return null;
    return Math.round(((done - first.done) * 1000) / (now - first.at));
  }
}
