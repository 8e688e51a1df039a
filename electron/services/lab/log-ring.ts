import type { LogEntry } from '#contract/lab.ts';
import type { Request } from '#contract/contract.ts';
import type { WireEntry } from '#drivers/core/host-api.ts';

/** Entries that are kept of one board (contract, lab.log). */
export const KEPT_ENTRIES = 10_000;

type Query = Omit<Request<'lab.log'>, 'site'>;

/** The last entries of a byte log, in a ring of fixed size. */
export class LogRing {
  private readonly ring: LogEntry[] = [];
  private readonly size: number;
  private lost = 0;
  private count = 0;

  constructor(size = KEPT_ENTRIES) {
    this.size = size;
  }

  /** Number of the newest entry; 0 before the first. */
  get last(): number {
    return this.count;
  }

  /** Entries that are not here any more, or never came. */
  get dropped(): number {
    return this.lost;
  }

  add(entries: readonly WireEntry[], dropped: number): void {
    this.lost += dropped;
    for (const entry of entries) {
      if (this.count >= this.size) this.lost += 1;
      this.count += 1;
      this.ring[(this.count - 1) % this.size] = {
        ...entry,
        seq: this.count,
        at: new Date(entry.at).toISOString(),
      };
    }
  }

  page({ after, limit, filter, direction }: Query): LogEntry[] {
    const found: LogEntry[] = [];
    const wanted = filter?.toLowerCase() ?? '';
    for (const entry of this.from(after)) {
      if (direction !== undefined && entry.direction !== direction) continue;
      if (wanted !== '' && !textOf(entry).includes(wanted)) continue;
      found.push(entry);
      if (found.length >= limit) break;
    }
    return found;
  }

  /** Oldest first. */
  *from(after: number): Generator<LogEntry> {
    const first = Math.max(after, this.count - this.size);
    for (let seq = first; seq < this.count; seq += 1) {
      const entry = this.ring[seq % this.size];
      if (entry !== undefined) yield entry;
    }
  }
}

const textOf = ({ title, detail, hex }: LogEntry): string => `${title}\n${detail}\n${hex}`.toLowerCase();

/** One line of an exported log. */
export function logLine({ seq, at, direction, title, detail, hex, bytes, fault }: LogEntry): string {
  const way = direction === 'sent' ? '>' : '<';
  const words = [title, detail].filter((text) => text !== '').join('; ');
  const more = hex.length / 2 < bytes ? ` (first ${hex.length / 2} of ${bytes} B)` : '';
  return `${seq}\t${at}\t${way}\t${fault ? '! ' : ''}${words}\t${hex}${more}`;
}
