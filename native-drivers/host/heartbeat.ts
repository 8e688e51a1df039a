/** A process that does not answer for three of them is not busy but stuck: nothing in a driver holds it for that long. */
const INTERVAL_MS = 5000;
const MISSES = 3;
const MIB = 1024 * 1024;

export interface Limits {
  intervalMs: number;
  /** Resident bytes from which a process is started anew once nothing runs in it. A fresh one has about 80 MiB. */
  tiredBytes: number;
  /** Resident bytes from which it is not waited for. */
  mostBytes: number;
}
export const LIMITS: Limits = { intervalMs: INTERVAL_MS, tiredBytes: 768 * MIB, mostBytes: 1536 * MIB };

export interface Watched {
  /** Resolves with the resident bytes of the process, once it answers. */
  ping(): Promise<number>;
  /** Something other than a ping is under way. */
  readonly working: boolean;
  /** `hung`: it does not answer. `grown`: it holds more memory than any driver needs. */
  end(why: 'hung' | 'grown'): void;
}

/** Looks after a process that may hang or leak: one that does is ended, which takes along what runs in it and no more. */
export class Heartbeat {
  private readonly watched: Watched;
  private readonly limits: Limits;
  private readonly timer: NodeJS.Timeout;
  private waiting = false;
  private missed = 0;

  constructor(watched: Watched, limits: Limits = LIMITS) {
    this.watched = watched;
    this.limits = limits;
    this.timer = setInterval(() => this.beat(), limits.intervalMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Counts its own ticks, not the clock: a machine that slept has missed none. */
  private beat(): void {
    if (this.waiting) {
      this.missed += 1;
      if (this.missed >= MISSES) this.end('hung');
      return;
    }
    this.waiting = true;
    // One that ends meanwhile is told by its end.
    this.watched.ping().then(
      (bytes) => this.answered(bytes),
      () => undefined,
    );
  }

  private answered(bytes: number): void {
    this.waiting = false;
    this.missed = 0;
    const { tiredBytes, mostBytes } = this.limits;
    if (bytes > mostBytes || (bytes > tiredBytes && !this.watched.working)) this.end('grown');
  }

  private end(why: 'hung' | 'grown'): void {
    this.stop();
    this.watched.end(why);
  }
}
