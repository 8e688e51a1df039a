import { WakeUps } from './wake-ups.ts';

/** Nanoseconds of the monotonic clock, as a number: exact to a nanosecond for 104 days of uptime. */
export function nowNs(): number {
  return Number(process.hrtime.bigint());
}

interface Deadline {
  at: number;
  order: number;
  run: () => void;
}

/** Nearer than this no timer is worth its rounding: the event loop comes round once and looks again. */
const NEAR_NS = 200_000;

/**
 * Runs callbacks at absolute times, in order. One clock serves all sites, and every time is computed from the ideal
 * one before it, so lateness of one event never adds to the next. A timer is late by a millisecond or so: nothing is
 * spun to be nearer, as a bench that spins takes the processor from the driver that it measures.
 */
export class DeadlineClock {
  readonly wakeUps = new WakeUps();
  private readonly heap: Deadline[] = [];
  private order = 0;
  private timer: NodeJS.Timeout | null = null;
  private immediate: NodeJS.Immediate | null = null;

  at(time: number, run: () => void): void {
    const deadline = { at: time, order: this.order++, run };
    this.push(deadline);
    if (this.heap[0] === deadline) this.arm();
  }

  /** Resolves at that time. */
  until(time: number): Promise<void> {
    return new Promise((resolve) => this.at(time, resolve));
  }

  stop(): void {
    this.heap.length = 0;
    this.disarm();
  }

  private arm(): void {
    this.disarm();
    const next = this.heap[0];
    if (next === undefined) return;
    const left = next.at - nowNs();
    if (left > NEAR_NS) this.timer = setTimeout(() => this.fire(), Math.max(1, Math.floor(left / 1e6)));
    else this.immediate = setImmediate(() => this.fire());
  }

  private disarm(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.immediate !== null) clearImmediate(this.immediate);
    this.timer = null;
    this.immediate = null;
  }

  private fire(): void {
    for (let next = this.heap[0]; next !== undefined && next.at <= nowNs(); next = this.heap[0]) {
      this.pop();
      next.run();
    }
    this.arm();
  }

  private push(deadline: Deadline): void {
    const heap = this.heap;
    let index = heap.push(deadline) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  private pop(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const child = this.isEarlier(right, left) ? right : left;
      if (!this.swapIfEarlier(child, index)) return;
      index = child;
    }
  }

  private isEarlier(index: number, than: number): boolean {
    const [a, b] = [this.heap[index], this.heap[than]];
    if (a === undefined || b === undefined) return false;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  private swapIfEarlier(index: number, than: number): boolean {
    if (!this.isEarlier(index, than)) return false;
    const [a, b] = [this.heap[index], this.heap[than]];
    if (a === undefined || b === undefined) return false;
    this.heap[index] = b;
    this.heap[than] = a;
    return true;
  }
}
