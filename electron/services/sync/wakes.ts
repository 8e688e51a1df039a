import type { Pace } from './pace.ts';

/**
 * What may end a wait. `rows`: something new waits for the cloud. `now`: a person, or a change of the settings, wants it
 * tried at once. `close`: the station ends.
 */
export type Wake = 'rows' | 'now' | 'close';

/** Events that the loop sleeps on. One that comes while nobody waits is kept. */
export class Wakes {
  private readonly pace: Pace;
  private readonly pending = new Set<Wake>();
  private waiting: { on: readonly Wake[]; end: (wake: Wake) => void } | null = null;

  constructor(pace: Pace) {
    this.pace = pace;
  }

  raise(wake: Wake): void {
    const { waiting } = this;
    if (waiting?.on.includes(wake) === true) waiting.end(wake);
    else this.pending.add(wake);
  }

  /** Forgets what the next turn of the loop looks at anyway. */
  forget(...wakes: readonly Wake[]): void {
    for (const wake of wakes) this.pending.delete(wake);
  }

  /** The first of `on` to come, or `time` after `ms`; null waits for events alone. `close` always counts. */
  async wait(ms: number | null, ...more: readonly Wake[]): Promise<Wake | 'time'> {
    const on: Wake[] = ['close', ...more];
    const kept = on.find((wake) => this.pending.has(wake));
    if (kept !== undefined) {
      if (kept !== 'close') this.pending.delete(kept);
      return kept;
    }
    const stop = new AbortController();
    const { promise, resolve } = Promise.withResolvers<Wake | 'time'>();
    this.waiting = { on, end: resolve };
    if (ms !== null) void this.pace.sleep(ms, stop.signal).then(() => resolve('time'));
    const ended = await promise;
    this.waiting = null;
    stop.abort();
    if (ended === 'close') this.pending.add('close');
    return ended;
  }
}
