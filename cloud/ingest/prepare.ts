import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { CloudError } from '#cloud/server/problem.ts';
import { contentHash } from '#protocol/chain.ts';
import { upMessage, type UpMessage } from '#protocol/up.ts';

const compress = promisify(zstdCompress);
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export interface PreparedLine {
  line: string;
  content: string;
  message: UpMessage;
}

/** Lines that were read and packed before the station's row is locked: what can be done without the lock is. */
export interface PreparedGroup {
  /** Position of the first. */
  from: number;
  lines: readonly PreparedLine[];
  /** All lines joined by line feeds, zstd. */
  packed: Buffer;
  bytes: number;
}

function badLine(position: number, what: string, cause?: unknown): CloudError {
  return new CloudError(
    422,
    {
      code: 'bad-message',
      what: `Message ${position} of the station ${what}.`,
      next: 'Nothing from there on was taken. Keep the station as it is and tell its maker.',
      details: { position },
    },
    { cause },
  );
}

function parseJson(line: string, position: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw badLine(position, 'is not JSON', cause);
  }
}

function prepareLine(line: string, position: number): PreparedLine {
  const parsed = upMessage.safeParse(parseJson(line, position));
  if (!parsed.success) throw badLine(position, 'does not have the form of a message', parsed.error);
  if (parsed.data.p !== position) throw badLine(position, `says that it is number ${parsed.data.p}`);
  return { line, content: contentHash(line), message: parsed.data };
}

/** One line feed between lines; written in place, because a joined text would be a copy of all of it. */
function joined(lines: readonly PreparedLine[]): Buffer {
  const bytes = lines.reduce((sum, { line }) => sum + Buffer.byteLength(line) + 1, 0);
  const plain = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const { line } of lines) {
    at += plain.write(line, at);
    at += plain.write('\n', at);
  }
  return plain.subarray(0, bytes - 1);
}

/** Octets of lines as they are kept: joined by line feeds, zstd. */
export async function pack(lines: readonly PreparedLine[]): Promise<{ packed: Buffer; bytes: number }> {
  const plain = joined(lines);
  return { packed: await compress(plain, FAST), bytes: plain.length };
}

/** Checks the form of lines and packs them. Throws CloudError `bad-message`. */
export async function prepareGroup(from: number, lines: readonly string[]): Promise<PreparedGroup> {
  const prepared = lines.map((line, index) => prepareLine(line, from + index));
  return { from, lines: prepared, ...(await pack(prepared)) };
}
