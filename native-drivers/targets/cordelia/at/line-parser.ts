import { LONGEST_LINE } from './constants.ts';

/** One line of the module, or of a host that echoes. `name` is lower case: spellings of both sides differ. */
export type AtLine =
  | { type: 'ok' }
  | { type: 'error'; code: number | null }
  /** `+fileopen:363990529,0` */
  | { type: 'info'; name: string; args: string }
  /** What was sent comes back. */
  | { type: 'echo'; text: string }
  | { type: 'text'; text: string };

const LF = 0x0a;
const CR = 0x0d;

/**
 * Bytes to lines. Pure: however they are cut, the same lines come out. Bytes that no line of text has, and what is left
 * of a line that is too long, are dropped and counted.
 */
export class AtParser {
  discarded = 0;
  private line: number[] = [];
  private skipping = false;

  push(bytes: Uint8Array): AtLine[] {
    const lines: AtLine[] = [];
    for (const byte of bytes) {
      if (byte === LF) this.end(lines);
      else if (byte !== CR) this.take(byte);
    }
    return lines;
  }

  private take(byte: number): void {
    // Bytes above 7F are UTF-8 of a network's name.
    if (byte < 0x20 || byte === 0x7f || this.skipping) this.discarded += 1;
    else if (this.line.push(byte) > LONGEST_LINE) this.drop();
  }

  private drop(): void {
    this.discarded += this.line.length;
    this.line = [];
    this.skipping = true;
  }

  private end(lines: AtLine[]): void {
    const decoded = Buffer.from(this.line).toString('utf8');
    // Noise of the line above 7F is no UTF-8.
    const text = decoded.replaceAll('\ufffd', '').trim();
    this.discarded += decoded.length - decoded.replaceAll('\ufffd', '').length;
    this.line = [];
    this.skipping = false;
    if (text !== '') lines.push(lineOf(text));
  }
}

/** The code alone, or words and then the code: the maker's own host reads both. */
const ERROR = /^error(?:\s*:\s*(.*))?$/i;
const CODE = /(?:^|,)\s*(-?\d{1,9})\b/;
const INFO = /^(\+[a-z0-9_]{1,40})\s*(?::\s*(.*))?$/i;

function lineOf(text: string): AtLine {
  if (/^ok$/i.test(text)) return { type: 'ok' };
  const error = ERROR.exec(text);
  if (error !== null) return { type: 'error', code: codeOf(error[1] ?? '') };
  const info = INFO.exec(text);
  if (info !== null) return { type: 'info', name: (info[1] ?? '').toLowerCase(), args: info[2] ?? '' };
  return /^at\+/i.test(text) ? { type: 'echo', text } : { type: 'text', text };
}

function codeOf(words: string): number | null {
  const code = CODE.exec(words)?.[1];
  return code === undefined ? null : Number(code);
}
