import { frameHead } from '#protocol/courier/frame-head.ts';

/** Scanned codes of one transfer, by number. What they carry is the cloud's to check. */
export interface Codes {
  id: string;
  total: number;
  texts: ReadonlyMap<number, string>;
}

export interface Collected {
  codes: Codes | null;
  /** Of the transfer before, if it was left half scanned: one code of it takes it up again. */
  aside: Codes | null;
}

/** What a scan was. `other`: of another transfer than those before. `foreign`: no code of a transfer. */
export type Scan = 'new' | 'again' | 'other' | 'foreign';

export const nothing: Collected = { codes: null, aside: null };

/** Numbers still to be scanned. */
export function missingOf({ total, texts }: Codes): number[] {
  return Array.from({ length: total }, (_, at) => at + 1).filter((index) => !texts.has(index));
}

export const isWhole = (codes: Codes | null): codes is Codes =>
  codes !== null && codes.texts.size === codes.total;

/** With one scan more. A code scanned anew replaces the old one: that may have been misread. */
export function withScan(collected: Collected, text: string): Collected & { scan: Scan } {
  const head = frameHead(text);
  if (head === null) return { ...collected, scan: 'foreign' };
  const { codes, aside } = collected;
  const { id, total, index } = head;
  const fits = (each: Codes | null): each is Codes => each?.id === id && each.total === total;
  const known = [codes, aside].find(fits) ?? { id, total, texts: new Map<number, string>() };
  const next = { id, total, texts: new Map(known.texts).set(index, text.trim()) };
  if (codes === null || fits(codes))
    return { codes: next, aside, scan: known.texts.has(index) ? 'again' : 'new' };
  // A whole one was sent already and is no loss.
  return { codes: next, aside: isWhole(codes) ? null : codes, scan: isWhole(codes) ? 'new' : 'other' };
}
