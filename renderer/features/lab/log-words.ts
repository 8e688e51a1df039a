import type { LogEntry } from '#contract/lab.ts';

/** `0102` -> `01 02`; blanked bytes stay dots. */
export const spaced = (hex: string): string => hex.match(/../g)?.join(' ') ?? '';

/** Time of day with milliseconds, UTC as in the exported file. */
export const timeOf = ({ at }: LogEntry): string => /T(\d\d:\d\d:\d\d\.\d{3})/.exec(at)?.[1] ?? '';

/** `+12 ms`, `+1.4 s`: how long after the frame before. */
export function sinceWords(before: LogEntry, entry: LogEntry): string {
  const milliseconds = Math.max(0, Date.parse(entry.at) - Date.parse(before.at));
  return milliseconds < 1000 ? `+${milliseconds} ms` : `+${(milliseconds / 1000).toFixed(1)} s`;
}

/** Where a key of a list leads; null: it is none of them. */
export function listStep(key: string, at: number, last: number, page: number): number | null {
  const to: Readonly<Record<string, number>> = {
    ...{ ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - page, PageDown: at + page, Home: 0, End: last },
  };
  const next = to[key];
  return next === undefined || last < 0 ? null : Math.min(last, Math.max(0, next));
}
