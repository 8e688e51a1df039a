import type { StationView } from '#cloud/contract/views.ts';
import { count, duration, since } from '#ui/format.ts';

/** Seconds of difference that nobody has to know of. */
const CLOCK_FINE = 2;
const DAY = 86_400_000;

/** What the station said is still there, and how old the oldest is. */
export function waitingText({ waiting, oldestAt, joinedAt }: StationView, now: number): string {
  if (joinedAt === null) return '–';
  if (waiting === 0) return 'Nothing';
  return oldestAt === null ? count(waiting) : `${count(waiting)}, oldest ${since(oldestAt, now)}`;
}

/** Whole days until an instant: `in 83 d`, `2 d ago`. */
export function endText(end: string | null, now: number): string {
  if (end === null) return '–';
  const days = Math.floor((Date.parse(end) - now) / DAY);
  if (days < 0) return 'Ended';
  return days === 0 ? 'Today' : `In ${count(days)} d`;
}

/** How far the station's clock is from the cloud's. */
export function clockText(offset: number | null): string {
  if (offset === null) return '–';
  const off = Math.abs(offset);
  if (off < CLOCK_FINE) return 'Right';
  const text =
    off < 7200 ? duration(Math.round(off)).replace(/\.0 s$/, ' s') : `${count(Math.round(off / 3600))} h`;
  return `${text} ${offset > 0 ? 'fast' : 'slow'}`;
}
