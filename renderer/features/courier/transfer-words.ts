import type { TransferView } from '#contract/sync.ts';
import { bytes, count } from '#ui/format.ts';
import type { Shape } from '#ui/outcome/outcome.ts';
import type { Tone } from '#ui/theme/tokens.ts';

interface Look {
  word: string;
  shape: Shape;
  tone: Tone;
}

/** Colour, shape and word of each state of a transfer. */
export const TRANSFER_LOOKS: Record<TransferView['state'], Look> = {
  writing: { word: 'Not finished', shape: 'ring', tone: 'run' },
  written: { word: 'On its way', shape: 'ready', tone: 'run' },
  acknowledged: { word: 'Acknowledged', shape: 'circle', tone: 'pass' },
  collecting: { word: 'Incomplete', shape: 'warning', tone: 'unknown' },
  applied: { word: 'Taken in', shape: 'circle', tone: 'pass' },
  refused: { word: 'Refused', shape: 'octagon', tone: 'fail' },
};

/** `To the cloud 12`, `From the cloud 3`. */
export const transferName = ({ direction, number }: TransferView): string =>
  `${direction === 'up' ? 'To the cloud' : 'From the cloud'} ${number}`;

const plural = (number: number, one: string, many: string): string =>
  `${count(number)} ${number === 1 ? one : many}`;

/** `4,212 records · 3 parts · 12.4 MB`. */
export function transferSize({ records, parts, bytes: size }: TransferView): string {
  const what = records === 0 ? [] : [plural(records, 'record', 'records')];
  return [...what, plural(parts, 'part', 'parts'), ...(size === 0 ? [] : [bytes(size)])].join(' · ');
}

/** `4,212 records wait to go up.` */
export const waitText = (waiting: number): string => {
  if (waiting === 0) return 'Nothing waits to go up.';
  return waiting === 1 ? '1 record waits to go up.' : `${count(waiting)} records wait to go up.`;
};

/** Runs of numbers as a person says them: `2, 4 to 6 and 9`. */
export function numberList(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const number of sorted) {
    const run = runs.at(-1);
    if (run && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  const words = runs.map(([from, to]) =>
    from === to ? `${from}` : `${from}${to === from + 1 ? ', ' : ' to '}${to}`,
  );
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** `Parts 2 and 4 are missing`; nothing where none is. */
export function missingText({ missing }: TransferView): string {
  if (missing.length === 0) return '';
  return missing.length === 1 ? `Part ${missing[0]} is missing` : `Parts ${numberList(missing)} are missing`;
}

/** The transfer to the cloud that is not wholly on sticks yet. */
export const unfinished = (transfers: readonly TransferView[]): TransferView | null =>
  transfers.find(({ direction, state }) => direction === 'up' && state === 'writing') ?? null;

/** Which part goes on the next stick. */
export const nextPart = ({ missing, parts }: TransferView): number => missing[0] ?? parts + 1;
