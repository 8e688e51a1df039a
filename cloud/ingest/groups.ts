import { isUtf8 } from 'node:buffer';
import { CloudError } from '#cloud/server/problem.ts';
import { MAX_LINE_BYTES } from '#protocol/up.ts';

/** Lines and octets of one transaction at most. */
export const GROUP_LINES = 500;
const GROUP_BYTES = 4 * 1024 * 1024;

/**
 * Lines in groups of one transaction each. Where the source fails, what came before is handed out first and the
 * failure afterwards: lines that arrived whole count.
 */
export async function* groupsOf(lines: AsyncIterable<string>): AsyncGenerator<string[]> {
  let group: string[] = [];
  let bytes = 0;
  let failure: { error: unknown } | null = null;
  try {
    for await (const line of lines) {
      group.push(line);
      bytes += line.length;
      if (group.length < GROUP_LINES && bytes < GROUP_BYTES) continue;
      yield group;
      [group, bytes] = [[], 0];
    }
  } catch (error) {
    failure = { error };
  }
  if (group.length > 0) yield group;
  if (failure !== null) throw failure.error;
}

function tooLong(): CloudError {
  return new CloudError(413, {
    code: 'line-too-long',
    what: `A message of the station is longer than ${MAX_LINE_BYTES} octets.`,
    next: 'Nothing from there on was taken. Keep the station as it is and tell its maker.',
  });
}

const LINE_FEED = 0x0a;

/** Octets that are not UTF-8 would be read as others than were hashed. */
function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new CloudError(422, {
    code: 'bad-message',
    what: 'A message of the station is not text in UTF-8.',
    next: 'Nothing from there on was taken. Keep the station as it is and tell its maker.',
  });
}

/** Lines of UTF-8 in chunks cut anywhere. Where the source fails, the piece of a line that had come is left out. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      if (end - start > MAX_LINE_BYTES) throw tooLong();
      if (end > start) yield textOf(bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > MAX_LINE_BYTES) throw tooLong();
  }
  if (rest.length > 0) yield textOf(rest);
}
