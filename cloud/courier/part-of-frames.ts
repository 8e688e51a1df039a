import { refusal } from '#cloud/api/api-error.ts';
import type { CloudError } from '#cloud/server/problem.ts';
import { frameHead } from '#protocol/courier/frame-head.ts';
import { FrameCollector } from '#protocol/courier/qr.ts';

const codes = (numbers: readonly number[]): string =>
  `${numbers.length === 1 ? 'Code' : 'Codes'} ${numbers.join(', ')}`;

function unreadable(bad: readonly { text: string; at: number }[]): CloudError {
  // A code whose head was misread has no number of its own: its place in the call is the next best thing.
  const numbers = bad.map(({ text, at }) => frameHead(text)?.index ?? at + 1);
  return refusal('frames-unreadable', {
    what: `${codes(numbers)} did not arrive as shown. Nothing was taken in.`,
    next: 'Scan again what is named; if that does not help, start over, and look at the scanner’s keyboard layout.',
    details: { unreadable: numbers.join(', ') },
  });
}

function mixed(): CloudError {
  return refusal('frames-mixed', {
    what: 'The codes are of more than one transfer. Nothing was taken in.',
    next: 'Start over with the codes of one transfer.',
  });
}

function incomplete(missing: readonly number[], total: number): CloudError {
  return refusal('frames-missing', {
    what: `${codes(missing)} of ${total} did not come. Nothing was taken in.`,
    next: 'Scan what is missing, then send all codes together.',
    details: { missing: missing.join(', ') },
  });
}

/**
 * The sealed part that scanned codes make, in any order and any number of times each. All of them come in one call, so
 * that no node remembers half a transfer. Throws `frames-unreadable`, `frames-mixed`, `frames-missing`.
 */
export function partOfFrames(frames: readonly string[]): Buffer {
  const collector = new FrameCollector();
  const scans = frames.map((text, at) => ({ text, at, ...collector.add(text) }));
  const bad = scans.filter(({ outcome }) => outcome === 'unreadable');
  if (bad.length > 0) throw unreadable(bad);
  if (scans.some(({ outcome }) => outcome === 'other-sequence')) throw mixed();
  const { sealed = null, missing = [], total = 0 } = scans.at(-1) ?? {};
  if (sealed === null) throw incomplete(missing, total);
  return sealed;
}
