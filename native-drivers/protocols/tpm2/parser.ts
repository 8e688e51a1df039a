import { HEADER_BYTES, LONGEST_RESPONSE, TAG } from './constants.ts';

/** A whole response (part 1, 18.3 and 18.4). `body`: handles, sizes, parameters and sessions as they stand. */
export interface TpmResponse {
  tag: number;
  code: number;
  body: Uint8Array;
}

const TAGS: readonly number[] = [TAG.noSessions, TAG.sessions];

/**
 * Bytes of the line to responses, framed by the size in their header. Pure: the same bytes give the same responses however
 * they are cut. What begins no response is counted in `discarded`.
 */
export class TpmParser {
  discarded = 0;
  #pending: Buffer = Buffer.alloc(0);

  push(bytes: Uint8Array): TpmResponse[] {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    const responses: TpmResponse[] = [];
    for (;;) {
      this.#skipNoise();
      const size = this.#pending.length < HEADER_BYTES ? Infinity : this.#pending.readUInt32BE(2);
      if (this.#pending.length < size) return responses;
      responses.push(responseOf(this.#pending.subarray(0, size)));
      this.#pending = this.#pending.subarray(size);
    }
  }

  /** Half a response whose rest never came, or one to a question before: forgotten and counted. */
  reset(): void {
    this.#drop(this.#pending.length);
  }

  #skipNoise(): void {
    let noise = 0;
    while (noise < this.#pending.length && !mayBegin(this.#pending.subarray(noise))) noise += 1;
    this.#drop(noise);
  }

  #drop(bytes: number): void {
    this.discarded += bytes;
    this.#pending = this.#pending.subarray(bytes);
  }
}

/** True while nothing that has come says that this is no response: its tag, then its size. */
function mayBegin(bytes: Buffer): boolean {
  if (bytes.length < 2) return bytes[0] === TAG.noSessions >> 8;
  if (!TAGS.includes(bytes.readUInt16BE(0))) return false;
  // The upper half of the size is zero; the lower is checked once it is here.
  if (bytes.subarray(2, 4).some((byte) => byte !== 0)) return false;
  if (bytes.length < 6) return true;
  const size = bytes.readUInt32BE(2);
  return size >= HEADER_BYTES && size <= LONGEST_RESPONSE;
}

const responseOf = (bytes: Buffer): TpmResponse => ({
  tag: bytes.readUInt16BE(0),
  code: bytes.readUInt32BE(6),
  body: Uint8Array.from(bytes.subarray(HEADER_BYTES)),
});
