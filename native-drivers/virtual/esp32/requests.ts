/** A request of the host: `sum` as its header has it. */
export interface Request {
  command: number;
  sum: number;
  data: Buffer;
}

const END = 0xc0;
const ESCAPE = 0xdb;
/** The largest block is 24 KiB (tools load RAM in blocks of 6 KiB): more is no request. */
const LONGEST = 0x8000;

/** The ROM's ear. Bytes that are no request are counted: tools send line ends and half requests before they sync. */
export class RequestParser {
  discarded = 0;
  private raw: number[] = [];

  push(bytes: Uint8Array): Request[] {
    const requests: Request[] = [];
    for (const byte of bytes) {
      if (byte !== END) this.raw.push(byte);
      else if (this.raw.length > 0) requests.push(...this.close());
      if (this.raw.length > LONGEST * 2) this.drop();
    }
    return requests;
  }

  private close(): Request[] {
    const request = requestOf(Buffer.from(unescaped(this.raw)));
    if (request === null) this.drop();
    this.raw = [];
    return request === null ? [] : [request];
  }

  private drop(): void {
    this.discarded += this.raw.length;
    this.raw = [];
  }
}

function unescaped(raw: readonly number[]): number[] {
  return raw.flatMap((byte, index) => {
    if (byte === ESCAPE) return [];
    if (raw[index - 1] !== ESCAPE) return [byte];
    return [byte === 0xdc ? END : ESCAPE];
  });
}

function requestOf(bytes: Buffer): Request | null {
  if (bytes.length < 8 || bytes[0] !== 0 || bytes.readUInt16LE(2) !== bytes.length - 8) return null;
  return { command: bytes[1] ?? 0, sum: bytes.readUInt32LE(4), data: bytes.subarray(8) };
}

/** An answer as it goes on the wire. */
export function answerBytes(command: number, value: number, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(8 + data.length);
  bytes[0] = 1;
  bytes[1] = command;
  bytes.writeUInt16LE(data.length, 2);
  bytes.writeUInt32LE(value >>> 0, 4);
  bytes.set(data, 8);
  const escaped = [...bytes].flatMap((byte) => {
    if (byte === END) return [ESCAPE, 0xdc];
    return byte === ESCAPE ? [ESCAPE, 0xdd] : [byte];
  });
  return Uint8Array.from([END, ...escaped, END]);
}
