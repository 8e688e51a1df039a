import { DriverError } from '#drivers/core/errors.ts';

/** Integers as a TPM has them: high byte first (part 1, 5.5). */
export const u8 = (value: number): Uint8Array => Uint8Array.of(value);
export const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);
export const u32 = (value: number): Uint8Array =>
  Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);

export const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** TPM2B: two bytes of size, then that many. */
export function sized(...parts: Uint8Array[]): Uint8Array {
  const body = joined(...parts);
  return joined(u16(body.length), body);
}

/** Reads a structure from its beginning. Each read rejects with `bad-frame` where the bytes end too early. */
export class TpmReader {
  private readonly view: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.view = Buffer.from(bytes);
  }

  get left(): number {
    return this.view.length - this.at;
  }

  u8(): number {
    return this.take(1).readUInt8();
  }

  u16(): number {
    return this.take(2).readUInt16BE();
  }

  u32(): number {
    return this.take(4).readUInt32BE();
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from(this.take(count));
  }

  /** TPM2B. */
  sized(): Uint8Array {
    return this.bytes(this.u16());
  }

  rest(): Uint8Array {
    return this.bytes(this.left);
  }

  private take(count: number): Buffer {
    if (count > this.left)
      throw new DriverError('bad-frame', 'An answer of the TPM ends before its fields do.', {
        context: { wanted: count, left: this.left },
      });
    this.at += count;
    return this.view.subarray(this.at - count, this.at);
  }
}
