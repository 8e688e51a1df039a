import { malformed } from './tls-error.ts';

/** Reads the presentation language of RFC 8446, 3. Throws `malformed` at any end before its time. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw malformed('A field is cut off.');
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  number(bytes: 1 | 2 | 3): number {
    return this.take(bytes).readUIntBE(0, bytes);
  }

  /** A vector whose length is written in so many bytes. */
  vector(lengthBytes: 1 | 2 | 3): Buffer {
    return this.take(this.number(lengthBytes));
  }

  /** What a message may not have behind its last field. */
  end(): void {
    if (!this.isAtEnd) throw malformed('Bytes stand behind the last field.');
  }
}

/** Runs `read` over the whole of `bytes`. */
export function readAll<T>(bytes: Uint8Array, read: (reader: Reader) => T): T {
  const reader = new Reader(bytes);
  const value = read(reader);
  reader.end();
  return value;
}

/** Every element of a list, read to its end. */
export function readList<T>(bytes: Uint8Array, read: (reader: Reader) => T): T[] {
  const reader = new Reader(bytes);
  const list: T[] = [];
  while (!reader.isAtEnd) list.push(read(reader));
  return list;
}

/** A number in so many bytes, big-endian. */
export function number(bytes: 1 | 2 | 3, value: number): Buffer {
  const out = Buffer.alloc(bytes);
  out.writeUIntBE(value, 0, bytes);
  return out;
}

/** A vector with its length before it. */
export function vector(lengthBytes: 1 | 2 | 3, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([number(lengthBytes, body.length), body]);
}
