import { ETX, FRAME_OVERHEAD, MAX_PAYLOAD } from './constants.ts';
import { checksum, startByte } from './frame.ts';
import type { Frame } from './frame.ts';
import { DriverError } from '#drivers/core/errors.ts';

/** Encodes one frame: start, length, code, payload, sum, end. */
export function encodeFrame(kind: Frame['kind'], code: number, payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_PAYLOAD) {
    throw new DriverError('bad-argument', 'A frame carries at most 1024 bytes.', {
      chip: 'untouched',
      context: { length: payload.length },
    });
  }
  const bytes = new Uint8Array(payload.length + FRAME_OVERHEAD);
  const length = payload.length + 1;
  bytes[0] = startByte(kind);
  bytes[1] = length >> 8;
  bytes[2] = length & 0xff;
  bytes[3] = code;
  bytes.set(payload, 4);
  bytes[bytes.length - 2] = checksum(bytes, 1, bytes.length - 2);
  bytes[bytes.length - 1] = ETX;
  return bytes;
}

/** Joins parts of a payload; numbers are 32-bit big-endian, as addresses and rates are on this wire. */
export function payloadOf(...parts: (number | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part !== 'number') return part;
      const word = Buffer.alloc(4);
      word.writeUInt32BE(part >>> 0);
      return word;
    }),
  );
}
