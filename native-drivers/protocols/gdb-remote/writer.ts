import { END, ESCAPE, ESCAPE_XOR, FRAME_BYTES, REPEAT, START } from './constants.ts';

/** E.1: these are escaped in binary data; the last for stubs that resolve repeats in what they hear. */
const RESERVED: readonly number[] = [START, END, ESCAPE, REPEAT];

/** Text of a packet as bytes: one each, as commands are plain ASCII. */
export const textBytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Null for what is not a whole number of bytes in hex. */
export function hexBytes(text: string): Uint8Array | null {
  const whole = text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text);
  return whole ? Uint8Array.from(Buffer.from(text, 'hex')) : null;
}

/** A packet with frame and checksum. */
export function packet(data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(data.length + FRAME_BYTES);
  framed[0] = START;
  framed.set(data, 1);
  const sum = data.reduce((all, byte) => (all + byte) & 0xff, 0);
  framed[data.length + 1] = END;
  framed.set(textBytes(sum.toString(16).padStart(2, '0')), data.length + 2);
  return framed;
}

/** As many of `bytes` as fit into `room` once escaped; `taken` says how many those are. */
export function escapeInto(bytes: Uint8Array, room: number): { escaped: Uint8Array; taken: number } {
  const escaped: number[] = [];
  let taken = 0;
  for (const byte of bytes) {
    const reserved = RESERVED.includes(byte);
    if (escaped.length + (reserved ? 2 : 1) > room) break;
    if (reserved) escaped.push(ESCAPE, byte ^ ESCAPE_XOR);
    else escaped.push(byte);
    taken += 1;
  }
  return { escaped: Uint8Array.from(escaped), taken };
}
