import { MAX_PAYLOAD, SOD, SOH } from './constants.ts';

/** One frame without its framing. `command` goes from host to chip, `data` either way. */
export interface Frame {
  kind: 'command' | 'data';
  /** Command code, or the response code that echoes it. */
  code: number;
  payload: Uint8Array;
}

/** What a parser makes of bytes. `discarded` counts bytes that belong to no good frame. */
export type ParserEvent =
  { type: 'frame'; frame: Frame } | { type: 'bad-checksum'; code: number; discarded: number };

/** The length field counts the code and the payload. */
export const MAX_LENGTH_FIELD = MAX_PAYLOAD + 1;

export function startByte(kind: Frame['kind']): number {
  return kind === 'command' ? SOH : SOD;
}

/** The byte that makes the sum of length, code, payload and itself 0 mod 256. */
export function checksum(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let index = from; index < to; index += 1) sum += bytes[index] ?? 0;
  return -sum & 0xff;
}
