import { formatError } from './errors.ts';

const HEX = /^(?:[0-9A-Fa-f]{2})*$/;

/** Lines of a text image, numbered from 1. Blank lines are kept out: editors add them at the end. */
export function numberedLines(text: string): { line: number; text: string }[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((content, index) => ({ line: index + 1, text: content.trimEnd() }))
    .filter((entry) => entry.text !== '');
}

/** Decodes the hex digits of one record. Throws DriverError `image-format` naming the line. */
export function recordBytes(digits: string, line: number): Uint8Array {
  if (!HEX.test(digits)) throw formatError('not an even number of hex digits', { line });
  return Buffer.from(digits, 'hex');
}

/** Sum of bytes, modulo 256. */
export function byteSum(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);
}
