import { nowNs } from './deadline-clock.ts';
import type { IdealClock } from './ideal-clock.ts';
import type { WakeUps } from './wake-ups.ts';

/**
 * What a pseudo-terminal and an event loop add to one hop, and a wire does not: bytes are taken to have left that
 * much before they were seen. Less than the 0.15 ms measured for one hop.
 */
export const HOP_NS = 100_000;

/**
 * The simulator's own lateness at one site, so that a programmer is not charged with it. An answer that left late is
 * answered late: what comes in after it is taken to have come that much earlier, and so is what came in while this
 * process stood ready and was not let run. The schedule stays the ideal one, and a late answer shortens the wait for
 * the next instead of adding to all that follow. Never is anything taken to have come before the ideal end of the
 * answer that it may answer.
 */
export class Lateness {
  private readonly ideal: IdealClock;
  private readonly wakeUps: WakeUps;
  private owed = 0;
  private answered = -Infinity;

  constructor(ideal: IdealClock, wakeUps: WakeUps) {
    this.ideal = ideal;
    this.wakeUps = wakeUps;
  }

  /** An answer whose ideal end is `at` leaves now, one hop before. */
  leaves(at: number, now = nowNs()): void {
    this.owed = Math.max(0, now - (at - HOP_NS));
    this.answered = at;
    this.ideal.noteBehind(this.owed);
    this.wakeUps.rest();
  }

  /** When the bytes that are seen now left the programmer. */
  sent(now = nowNs()): number {
    const woken = this.wakeUps.late();
    const seen = now - HOP_NS;
    return Math.min(seen, Math.max(seen - this.owed - woken, this.answered));
  }

  clear(): void {
    this.owed = 0;
    this.answered = -Infinity;
  }
}
