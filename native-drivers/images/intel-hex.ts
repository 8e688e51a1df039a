import { formatError } from './errors.ts';
import { byteSum, numberedLines, recordBytes } from './lines.ts';
import type { Piece } from './segments.ts';

/** Record types: Intel, "Hexadecimal Object File Format Specification", revision A, 1988. */
const DATA = 0;
const END_OF_FILE = 1;
const EXTENDED_SEGMENT_ADDRESS = 2;
const START_SEGMENT_ADDRESS = 3;
const EXTENDED_LINEAR_ADDRESS = 4;
const START_LINEAR_ADDRESS = 5;

/** Data lengths that the specification fixes. */
const LENGTHS: Readonly<Record<number, number>> = {
  [END_OF_FILE]: 0,
  [EXTENDED_SEGMENT_ADDRESS]: 2,
  [START_SEGMENT_ADDRESS]: 4,
  [EXTENDED_LINEAR_ADDRESS]: 2,
  [START_LINEAR_ADDRESS]: 4,
};

interface HexRecord {
  line: number;
  type: number;
  offset: number;
  data: Uint8Array;
}

/**
 * Reads Intel HEX, all record types. Throws DriverError `image-format` naming the line.
 * Past a 64 KiB border a linear record goes on and a segment record would wrap; the latter is refused, for no tool
 * means that.
 */
export function parseIntelHex(text: string): { pieces: Piece[]; entryPoint: number | null } {
  const pieces: Piece[] = [];
  let base = 0;
  let segmented = false;
  let entryPoint: number | null = null;
  let ended = false;
  for (const source of numberedLines(text)) {
    if (ended) throw formatError('a record after the end-of-file record', { line: source.line });
    const record = readRecord(source.text, source.line);
    if (record.type === DATA) pieces.push(dataPiece(record, base, segmented));
    else if (record.type === END_OF_FILE) ended = true;
    else if (record.type === EXTENDED_SEGMENT_ADDRESS || record.type === EXTENDED_LINEAR_ADDRESS) {
      segmented = record.type === EXTENDED_SEGMENT_ADDRESS;
      base = word(record.data) * (segmented ? 16 : 0x10000);
    } else if (record.type === START_LINEAR_ADDRESS) entryPoint = linearStart(record.data);
  }
  if (!ended) throw formatError('no end-of-file record: the file is cut short');
  return { pieces, entryPoint };
}

function readRecord(text: string, line: number): HexRecord {
  if (!text.startsWith(':')) throw formatError('a record must begin with ":"', { line });
  const bytes = recordBytes(text.slice(1), line);
  const [length, high, low, type] = bytes;
  if (length === undefined || high === undefined || low === undefined || type === undefined)
    throw formatError('the record is cut short', { line });
  const data = bytes.subarray(4, -1);
  if (bytes.length !== length + 5)
    throw formatError(`the record says ${length} data bytes and holds ${data.length}`, { line });
  if (byteSum(bytes) !== 0) throw formatError('the checksum is wrong', { line });
  checkType(type, length, line);
  return { line, type, offset: high * 256 + low, data };
}

function checkType(type: number, length: number, line: number): void {
  if (type === DATA) return;
  const fixed = LENGTHS[type];
  if (fixed === undefined) throw formatError(`record type ${type} is not defined`, { line });
  if (fixed !== length) throw formatError(`record type ${type} must hold ${fixed} bytes`, { line });
}

function dataPiece({ line, offset, data }: HexRecord, base: number, segmented: boolean): Piece {
  if (segmented && offset + data.length > 0x10000)
    throw formatError('the record crosses the end of its 64 KiB segment', { line });
  return { address: base + offset, bytes: data, line };
}

function word(data: Uint8Array): number {
  return Buffer.from(data).readUInt16BE();
}

/** 0 stands for "none": a linker writes it where nobody named an entry. */
function linearStart(data: Uint8Array): number | null {
  return Buffer.from(data).readUInt32BE() || null;
}
