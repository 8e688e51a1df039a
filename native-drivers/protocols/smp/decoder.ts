import { framedDecoder, type FrameDecoder, type Taken } from '#drivers/core/decoder.ts';
import { CONTINUATION_MARKER, MAX_LINE_BYTES, NEWLINE, SMP_HEADER_BYTES, START_MARKER } from './constants.ts';

const OPS = ['Read', 'Read answer', 'Write', 'Write answer'] as const;
const GROUPS = new Map([
  [0, 'OS'],
  [1, 'image'],
  [66, 'enrolment'],
]);
/** Length field before the header of a packet's first line, bytes. */
const LENGTH_BYTES = 2;

/** Lines of SMP's serial console. It marks no keys: operations that carry one are blanked whole. */
export const smpDecoder = (): FrameDecoder => framedDecoder(takeSmpLine);

export function takeSmpLine(bytes: Uint8Array, at: number): Taken {
  const kind = markerAt(bytes, at);
  if (kind === 'garbage' || kind === 'incomplete') return kind;
  const end = bytes.indexOf(NEWLINE, at);
  if (end < 0) return bytes.length - at > MAX_LINE_BYTES ? 'garbage' : 'incomplete';
  const line = Buffer.from(bytes.subarray(at + 2, end))
    .toString('latin1')
    .trim();
  const words =
    kind === 'first' ? headerOf(line) : { title: 'Continued', detail: `${line.length} characters` };
  return { size: end + 1 - at, secret: 'none', fault: words === null, ...(words ?? DAMAGED) };
}

const DAMAGED = { title: 'Damaged line', detail: '' };

function markerAt(bytes: Uint8Array, at: number): 'first' | 'continued' | 'garbage' | 'incomplete' {
  for (const [kind, [high, low]] of [
    ['first', START_MARKER],
    ['continued', CONTINUATION_MARKER],
  ] as const) {
    if (bytes[at] !== high) continue;
    if (bytes[at + 1] === undefined) return 'incomplete';
    if (bytes[at + 1] === low) return kind;
  }
  return 'garbage';
}

function headerOf(line: string): { title: string; detail: string } | null {
  const stream = Buffer.from(line, 'base64');
  if (stream.length < LENGTH_BYTES + SMP_HEADER_BYTES) return null;
  const header = stream.subarray(LENGTH_BYTES);
  const [group, seq, command] = [header.readUInt16BE(4), header[6] ?? 0, header[7] ?? 0];
  const name = GROUPS.get(group) ?? `group ${group}`;
  const op = OPS[(header[0] ?? 0) & 3] ?? '';
  return { title: `${op} ${name} ${command}`, detail: `number ${seq}, ${header.readUInt16BE(2)} B` };
}
