import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { renderSVG } from 'uqr';
import { decodeBase45, encodeBase45 } from './base45.ts';
import type { CourierSource } from './blocks.ts';
import { CourierError } from './errors.ts';
import { frameHead } from './frame-head.ts';
import type { Transfer } from './manifest.ts';
import { sealedParts, type SealedPart } from './part.ts';
import type { SealKeys } from './seal.ts';

/** Octets of a sealed part that still go into QR codes: about forty codes. */
export const MAX_QR_BYTES = 24 * 1024;
/** Characters of an alphanumeric code of version 20, level M (ISO/IEC 18004, table 7): 97 modules, for a hand scanner. */
const FRAME_CHARACTERS = 970;
const MAX_FRAMES = 99;
const CRC_BYTES = 4;
/** Octets per code behind the longest head; always even, so that only the last code may end in a half group. */
const CHUNK = Math.floor((FRAME_CHARACTERS - `RLQ1:${'0'.repeat(16)}/99/99::`.length) / 3) * 2 - CRC_BYTES;

/** Sixteen hex digits: which sealed part the codes belong to. */
const idOf = (sealed: Uint8Array): string =>
  createHash('sha256').update(sealed).digest('hex').slice(0, 16).toUpperCase();

function withCrc(head: string, chunk: Uint8Array): Buffer {
  const crc = Buffer.alloc(CRC_BYTES);
  crc.writeUInt32BE(crc32(chunk, crc32(head)));
  return Buffer.concat([chunk, crc]);
}

function refuseLong(bytes: number): void {
  if (bytes <= MAX_QR_BYTES) return;
  throw new CourierError('too-large', 'The transfer is too large for QR codes.', {
    context: { is: bytes, limit: MAX_QR_BYTES },
    state: 'Nothing is shown.',
    next: 'Write it to a stick instead.',
  });
}

/**
 * One sealed part as texts for QR codes: `RLQ1:<id>/<i>/<n>:<base45 of chunk and CRC-32>:`. The colon at the end keeps
 * a space before it, which scanners like to trim. Throws `too-large`.
 */
export function toFrames(sealed: Uint8Array): string[] {
  refuseLong(sealed.length);
  const [id, total] = [idOf(sealed), Math.max(1, Math.ceil(sealed.length / CHUNK))];
  return Array.from({ length: total }, (_, at) => {
    const head = `${id}/${at + 1}/${total}`;
    const chunk = sealed.subarray(at * CHUNK, (at + 1) * CHUNK);
    return `RLQ1:${head}:${encodeBase45(withCrc(head, chunk))}:`;
  });
}

/** One code as an SVG: level M, with the quiet zone of four modules that ISO/IEC 18004 asks for. */
export function frameSvg(frame: string): string {
  return renderSVG(frame, { ecc: 'M', border: 4, pixelSize: 4 });
}

/** Seals a source that must fit into one part of a size for QR codes. Throws `too-large`. */
export async function sealForQr(
  transfer: Omit<Transfer, 'framing'>,
  source: CourierSource,
  keys: SealKeys,
): Promise<SealedPart> {
  for await (const part of sealedParts(transfer, source, keys, MAX_QR_BYTES)) {
    if (!part.last) refuseLong(Infinity);
    return part;
  }
  throw new TypeError('A transfer has at least one part');
}

interface Frame {
  id: string;
  index: number;
  total: number;
  chunk: Buffer;
}

function parseFrame(text: string): Frame | null {
  const head = frameHead(text);
  const bytes = decodeBase45(head?.base45 ?? '');
  if (head === null || head.total > MAX_FRAMES || bytes === null || bytes.length < CRC_BYTES) return null;
  const { id, index, total } = head;
  const chunk = bytes.subarray(0, -CRC_BYTES);
  return withCrc(`${id}/${index}/${total}`, chunk).equals(bytes) ? { id, index, total, chunk } : null;
}

export interface ScannedFrames {
  /** What the last scan was. `unreadable`: no code of ours, or misread. `other-sequence`: of another transfer. */
  outcome: 'new' | 'repeat' | 'other-sequence' | 'unreadable';
  have: number;
  /** 0 before the first code. */
  total: number;
  missing: readonly number[];
  /** The sealed part, once all codes were scanned: for `CourierInbox.take`. */
  sealed: Buffer | null;
}

/** Collects scanned codes of one sequence, in any order, any number of times. */
export class FrameCollector {
  #id: string | null = null;
  #total = 0;
  readonly #chunks = new Map<number, Buffer>();

  /** The text of one scan. Never throws: a misread code is simply scanned again. */
  add(text: string): ScannedFrames {
    const frame = parseFrame(text);
    if (frame === null) return this.#state('unreadable');
    if (this.#id !== null && (frame.id !== this.#id || frame.total !== this.#total))
      return this.#state('other-sequence');
    if (this.#chunks.has(frame.index)) return this.#state('repeat');
    [this.#id, this.#total] = [frame.id, frame.total];
    this.#chunks.set(frame.index, frame.chunk);
    return this.#state('new');
  }

  /** Forgets what was scanned, to begin with another sequence. */
  reset(): void {
    this.#id = null;
    this.#total = 0;
    this.#chunks.clear();
  }

  #state(outcome: ScannedFrames['outcome']): ScannedFrames {
    const sealed = this.#whole();
    if (sealed !== null && idOf(sealed) !== this.#id) {
      // Every code passed its CRC and the whole is wrong all the same: start over rather than guess which one lied.
      this.reset();
      return this.#state('unreadable');
    }
    const all = Array.from({ length: this.#total }, (_, at) => at + 1);
    const missing = all.filter((index) => !this.#chunks.has(index));
    return { outcome, have: this.#chunks.size, total: this.#total, missing, sealed };
  }

  #whole(): Buffer | null {
    if (this.#total === 0 || this.#chunks.size < this.#total) return null;
    const inOrder = [...this.#chunks].sort(([a], [b]) => a - b);
    return Buffer.concat(inOrder.map(([, chunk]) => chunk));
  }
}
