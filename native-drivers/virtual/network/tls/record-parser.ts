import { ContentType, MAX_EXPANSION, MAX_PLAINTEXT } from './constants.ts';
import { fatal, unexpected } from './tls-error.ts';

/** One record as it came: `header` is what encryption vouches for (RFC 8446, 5.2). */
export interface TlsRecord {
  type: number;
  header: Buffer;
  fragment: Buffer;
}

const HEADER_BYTES = 5;
const NOTHING: Buffer = Buffer.alloc(0);
const known: readonly number[] = Object.values(ContentType);

/**
 * Cuts a byte stream into records, in any chunks with the same result. Keeps at most one record (16 KiB and a little).
 * Throws `unexpected` or `bad-record` for a header that no record has; there is no way to find the next one.
 */
export class RecordParser {
  #held = NOTHING;

  /** Bytes of a record that is not complete yet. */
  get held(): number {
    return this.#held.length;
  }

  *push(bytes: Uint8Array): Generator<TlsRecord> {
    let rest = this.#held.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#held, bytes]);
    this.#held = NOTHING;
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + lengthIn(rest);
      if (rest.length < end) break;
      yield {
        type: rest.readUInt8(0),
        header: rest.subarray(0, HEADER_BYTES),
        fragment: rest.subarray(HEADER_BYTES, end),
      };
      rest = rest.subarray(end);
    }
    if (rest.length > 0) this.#held = Buffer.from(rest);
  }
}

/** Checked length of the record that begins here. The version field is ignored, as 5.1 asks. */
function lengthIn(bytes: Buffer): number {
  const type = bytes.readUInt8(0);
  if (!known.includes(type)) throw unexpected('The server does not speak TLS.');
  const length = bytes.readUInt16BE(3);
  const most = type === ContentType.applicationData ? MAX_PLAINTEXT + MAX_EXPANSION : MAX_PLAINTEXT;
  if (length > most) throw fatal('bad-record', 'record_overflow', 'A record is longer than TLS allows.');
  return length;
}
