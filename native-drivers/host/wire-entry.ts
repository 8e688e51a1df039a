import type { Secret, Stretch } from '../core/decoder.ts';
import type { WireEntry } from '../core/host-api.ts';

const SHOWN_BYTES = 256;
const BLANK = '··';

/** A stretch as it leaves the driver process: bounded, and without a byte of a key. */
export function wireEntry(stretch: Stretch, at: number): WireEntry {
  const { direction, title, detail, bytes, secret, fault } = stretch;
  return {
    ...{ at, direction, fault, bytes: bytes.length },
    title: title.slice(0, 120),
    detail: detail.slice(0, 400),
    hex: hexOf(bytes.subarray(0, SHOWN_BYTES), secret),
    redacted: secret === 'all' || (secret !== 'none' && secret.some(([from, to]) => to > from)),
  };
}

function hexOf(bytes: Uint8Array, secret: Secret): string {
  if (secret === 'all') return BLANK.repeat(bytes.length);
  const hex = Buffer.from(bytes).toString('hex');
  if (secret === 'none') return hex;
  let text = '';
  let at = 0;
  for (const [from, to] of secret) {
    const [start, end] = [Math.min(from, bytes.length), Math.min(to, bytes.length)];
    text += hex.slice(at * 2, start * 2) + BLANK.repeat(end - start);
    at = end;
  }
  return text + hex.slice(at * 2);
}
