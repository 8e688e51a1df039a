/** Longest gap between two keys of a scanner, ms. Fast typists stay above 50 ms, wedge scanners below 30. */
const LONGEST_GAP_MS = 40;
/** Shorter bursts are somebody's two quick keys. */
const SHORTEST_SCAN = 4;

/** Tells a scan from typing by the time between keys. Feed it every key; it answers on the Enter that ends a burst. */
export class BurstReader {
  private text = '';
  private last = Number.NEGATIVE_INFINITY;

  /** Returns what the key means: `start` of a possible burst, `more` of it, or the scanned text. */
  feed(key: string, at: number): { kind: 'start' | 'more' | 'other' } | { kind: 'scan'; text: string } {
    const quick = at - this.last <= LONGEST_GAP_MS;
    if (key === 'Enter') {
      const text = quick ? this.text : '';
      this.text = '';
      return text.length >= SHORTEST_SCAN ? { kind: 'scan', text } : { kind: 'other' };
    }
    // Named keys are words; one character is one code point, in whatever plane.
    if (!/^.$/u.test(key)) return { kind: 'other' };
    this.last = at;
    this.text = quick ? this.text + key : key;
    return { kind: quick && this.text.length > 1 ? 'more' : 'start' };
  }
}
