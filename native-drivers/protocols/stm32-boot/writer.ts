import { MAX_BLOCK } from './constants.ts';

/** XOR over all bytes (AN3155, section 3). */
export function xor(bytes: Uint8Array, start = 0): number {
  return bytes.reduce((sum, byte) => sum ^ byte, start);
}

export const commandBytes = (command: number): Uint8Array => Uint8Array.of(command, command ^ 0xff);

/** Four bytes, most significant first, and their XOR. */
export function addressBytes(address: number): Uint8Array {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(address >>> 0);
  bytes[4] = xor(bytes.subarray(0, 4));
  return bytes;
}

/** How many bytes to read: one less, and its complement. */
export function lengthBytes(length: number): Uint8Array {
  return Uint8Array.of(length - 1, (length - 1) ^ 0xff);
}

/** A block to write: one less than its length, the bytes, the XOR of both. Throws RangeError outside 1..256. */
export function blockBytes(data: Uint8Array): Uint8Array {
  if (data.length < 1 || data.length > MAX_BLOCK) throw new RangeError(`a block of ${data.length} bytes`);
  const head = data.length - 1;
  return Buffer.concat([Uint8Array.of(head), data, Uint8Array.of(xor(data, head))]);
}

/** Pages for an extended erase: one less than their number and the numbers, two bytes each, and the XOR of all. */
export function pagesBytes(pages: readonly number[]): Uint8Array {
  return withXor([pages.length - 1, ...pages]);
}

/** A special page count by itself (mass erase, bank erase). */
export const specialErase = (code: number): Uint8Array => withXor([code]);

function withXor(words: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(words.length * 2 + 1);
  words.forEach((word, index) => bytes.writeUInt16BE(word, index * 2));
  bytes[bytes.length - 1] = xor(bytes.subarray(0, -1));
  return bytes;
}
