import { formatError } from './errors.ts';
import { byteSum, numberedLines, recordBytes } from './lines.ts';
import type { Piece } from './segments.ts';

/** Address bytes by record type: Motorola M68000 Family Programmer's Reference Manual, appendix C. */
const ADDRESS_BYTES: Readonly<Record<string, number>> = {
  S0: 2,
  S1: 2,
  S2: 3,
  S3: 4,
  S5: 2,
  S6: 3,
  S7: 4,
  S8: 3,
  S9: 2,
};
const isData = (type: string) => type === 'S1' || type === 'S2' || type === 'S3';
const isCount = (type: string) => type === 'S5' || type === 'S6';
const isEnd = (type: string) => type === 'S7' || type === 'S8' || type === 'S9';

interface SRecord {
  line: number;
  type: string;
  address: number;
  data: Uint8Array;
}

/**
 * Reads Motorola S-records. Throws DriverError `image-format` naming the line.
 * The type digit is outside the checksum, so rules guard it: a header stands first, a count must be right, and widths
 * are mixed only as srec_cat does it. A file of a single data record stays unguarded; a job's hash covers it.
 */
export function parseSRecord(text: string): { pieces: Piece[]; entryPoint: number | null } {
  const records = numberedLines(text).map((source) => readRecord(source.text, source.line));
  const data = records.filter((record) => isData(record.type));
  checkOrder(records, data.length);
  checkWidths(data);
  return {
    pieces: data.map(({ address, data: bytes, line }) => ({ address, bytes, line })),
    // 0 stands for "none": a linker writes it where nobody named an entry.
    entryPoint: records.find((record) => isEnd(record.type))?.address || null,
  };
}

function readRecord(text: string, line: number): SRecord {
  const type = text.slice(0, 2);
  const width = ADDRESS_BYTES[type];
  if (width === undefined) throw formatError('not an S-record', { line });
  const bytes = recordBytes(text.slice(2), line);
  const count = bytes[0];
  if (count === undefined || bytes.length < width + 2) throw formatError('the record is cut short', { line });
  if (bytes.length !== count + 1)
    throw formatError(`the record says ${count} bytes and holds ${bytes.length - 1}`, { line });
  if (byteSum(bytes) !== 0xff) throw formatError('the checksum is wrong', { line });
  const address = Buffer.from(bytes).readUIntBE(1, width);
  const data = bytes.subarray(1 + width, -1);
  if (data.length > 0 && !isData(type) && type !== 'S0')
    throw formatError(`record type ${type} holds no data`, { line });
  return { line, type, address, data };
}

/** srec_cat ends a file with a count and, without an entry point, nothing more; objcopy with a termination alone. */
function checkOrder(records: readonly SRecord[], dataRecords: number): void {
  let stage = 0;
  for (const [index, record] of records.entries()) {
    if (record.type === 'S0' && index > 0)
      throw formatError('a header after the first record', { line: record.line });
    const here = isEnd(record.type) ? 2 : isCount(record.type) ? 1 : 0;
    if (here < stage || stage === 2) throw formatError('a record after the last one', { line: record.line });
    if (here === 1 && record.address !== dataRecords)
      throw formatError(`the count record says ${record.address}, the file holds ${dataRecords}`, {
        line: record.line,
      });
    stage = here;
  }
  if (stage === 0) throw formatError('neither count nor termination record: the file is cut short');
}

/** srec_cat gives each record the shortest width that holds its address: so widths change where data run across. */
function checkWidths(data: readonly SRecord[]): void {
  const mixed = new Set(data.map((record) => record.type)).size > 1;
  if (!mixed) return;
  for (const [index, record] of data.entries()) {
    const shortest = record.address > 0xffffff ? 'S3' : record.address > 0xffff ? 'S2' : 'S1';
    const before = data[index - 1];
    const changes = before !== undefined && before.type !== record.type;
    const runsOn = before !== undefined && before.address + before.data.length === record.address;
    if (record.type !== shortest || (changes && !runsOn))
      throw formatError('address widths are mixed in one file', { line: record.line });
  }
}
