import { createHash } from 'node:crypto';
import { DriverError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import { isElf, parseElf } from './elf.ts';
import { formatError } from './errors.ts';
import { parseIntelHex } from './intel-hex.ts';
import { parseSRecord } from './s-record.ts';
import { joinPieces, type Piece } from './segments.ts';

export interface ParseOptions {
  /** Taken from the content when absent; raw binary is never guessed from a text that fails to parse. */
  format?: Image['format'];
  /** Where a raw binary goes; bytes carry no address of their own. */
  baseAddress?: number;
}

/** Larger than any flash this station programs, small enough to hold as text. */
const LARGEST_FILE = 64 * 1024 * 1024;

/**
 * Reads a firmware file into sorted, merged segments. Throws DriverError `image-format` or `image-overlap` naming line
 * or address; nothing half-read is ever returned.
 */
export function parseImage(bytes: Uint8Array, options: ParseOptions = {}): Image {
  if (bytes.length > LARGEST_FILE) throw formatError(`the file has ${bytes.length} bytes`);
  const format = options.format ?? detectFormat(bytes);
  const { pieces, entryPoint } = readPieces(bytes, format, options.baseAddress);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, format, segments: joinPieces(pieces), entryPoint };
}

/** What the first bytes say: ELF by magic, Intel HEX by `:`, S-record by `S` and a digit, else binary. */
export function detectFormat(bytes: Uint8Array): Image['format'] {
  if (isElf(bytes)) return 'elf';
  const start = Buffer.from(bytes.subarray(0, 256)).toString('latin1').trimStart();
  if (start.startsWith(':')) return 'intel-hex';
  return /^S[0-9][0-9A-Fa-f]{2}/.test(start) ? 's-record' : 'binary';
}

function readPieces(
  bytes: Uint8Array,
  format: Image['format'],
  baseAddress: number | undefined,
): { pieces: Piece[]; entryPoint: number | null } {
  switch (format) {
    case 'elf':
      return parseElf(bytes);
    case 'intel-hex':
      return parseIntelHex(Buffer.from(bytes).toString('latin1'));
    case 's-record':
      return parseSRecord(Buffer.from(bytes).toString('latin1'));
    case 'binary':
      return { pieces: [{ address: checkBase(baseAddress), bytes }], entryPoint: null };
  }
}

function checkBase(baseAddress: number | undefined): number {
  if (baseAddress === undefined) throw formatError('a raw binary needs a base address');
  if (!Number.isInteger(baseAddress) || baseAddress < 0 || baseAddress > 0xffffffff)
    throw new DriverError('bad-argument', 'the base address is no 32-bit address', {
      chip: 'untouched',
      context: { baseAddress },
    });
  return baseAddress;
}
