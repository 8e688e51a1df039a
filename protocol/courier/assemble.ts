import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { altered, CourierError, parsing } from './errors.ts';
import { identityOf, manifestOf, transferOf, type PartHeader, type Transfer } from './manifest.ts';
import type { OpenedPart } from './open.ts';

/** Clear octets that one part may hold, and one line. What a sender claims beyond them is refused. */
export const MAX_CLEAR = 1024 * 1024 * 1024;
export const MAX_LINE = 16 * 1024 * 1024;

const tooLarge = (is: number, limit: number): CourierError =>
  new CourierError('too-large', 'The courier file holds more than this program takes.', {
    context: { is, limit },
  });

/** The body in clear, chunk by chunk, and exactly as long as its header says. */
export async function* clearOf({ header, body }: OpenedPart): AsyncGenerator<Buffer> {
  const { clearBytes } = header.part;
  if (clearBytes > MAX_CLEAR) throw tooLarge(clearBytes, MAX_CLEAR);
  let found = 0;
  for await (const chunk of gunzip(body)) {
    found += chunk.length;
    if (found > clearBytes) throw altered('length of the content');
    yield chunk;
  }
  if (found !== clearBytes) throw altered('length of the content');
}

async function* gunzip(body: Buffer): AsyncGenerator<Buffer> {
  if (body.length === 0) return;
  const stream = Readable.from([body], { objectMode: false }).pipe(createGunzip());
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw altered('compression', error);
  } finally {
    stream.destroy();
  }
}

const LF = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decoded(pieces: readonly Buffer[], end: Buffer): string {
  return parsing('text', () => utf8.decode(pieces.length === 0 ? end : Buffer.concat([...pieces, end])));
}

/** The lines of one part without their LF. */
export async function* linesOf(part: OpenedPart): AsyncGenerator<string> {
  let [rest, lines]: [Buffer[], number] = [[], 0];
  let waiting = 0;
  for await (const chunk of clearOf(part)) {
    let from = 0;
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, from)) {
      yield decoded(rest, chunk.subarray(from, at));
      [rest, waiting, from] = [[], 0, at + 1];
      lines += 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
    waiting += chunk.length - from;
    if (waiting > MAX_LINE) throw tooLarge(waiting, MAX_LINE);
  }
  if (waiting > 0 || lines !== part.header.part.lines) throw altered('lines');
}

const foreign = (index: number): CourierError =>
  new CourierError('foreign-part', `Part ${index} does not belong to this transfer.`, {
    context: { part: index },
  });

/** Where the check of a transfer stands after its parts so far. */
interface Walk {
  transfer: Transfer;
  before: string;
  last: PartHeader['part'] | null;
}

function step(walk: Walk | null, part: OpenedPart, index: number): Walk {
  const transfer = transferOf(part.header);
  const { before } = part.header.part;
  if (part.header.part.index !== index || walk?.last?.last === true) throw foreign(index);
  if (walk !== null && identityOf(walk.transfer) !== identityOf(transfer)) throw foreign(index);
  if (before !== (walk?.before ?? null)) throw foreign(index);
  return { transfer, before: part.sha256, last: part.header.part };
}

async function drain(part: OpenedPart): Promise<void> {
  const content = part.header.framing === 'lines' ? linesOf(part) : clearOf(part);
  while ((await content.next()).done !== true);
}

export interface CheckedTransfer {
  transfer: Transfer;
  /** SHA-256 of the manifest, to be kept as `previous` for the next. */
  manifest: string;
  /** SHA-256 of each part's payload, in order. */
  payloads: readonly string[];
  lines: number;
  signer: OpenedPart['signer'];
}

/**
 * First pass: opens every part in order and reads it to its end, so that nothing can fail later that could fail now.
 * `parts` opens one at a time.
 */
export async function checkAll(parts: AsyncIterable<OpenedPart>): Promise<CheckedTransfer> {
  let walk: Walk | null = null;
  let end: OpenedPart | null = null;
  let lines = 0;
  const payloads: string[] = [];
  for await (const part of parts) {
    walk = step(walk, part, payloads.length + 1);
    await drain(part);
    payloads.push(part.sha256);
    lines += part.header.part.lines;
    end = part;
  }
  if (walk?.last?.last !== true || end === null) throw foreign(payloads.length);
  const manifest = manifestOf(end.headerBytes);
  return { transfer: walk.transfer, manifest, payloads, lines, signer: end.signer };
}

/** Second pass: the part must still be the one that was checked. */
export function unchanged(part: OpenedPart, payload: string | undefined): OpenedPart {
  if (part.sha256 !== payload) throw altered('file changed while it was read');
  return part;
}
