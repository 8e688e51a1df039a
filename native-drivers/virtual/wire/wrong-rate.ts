/** Start, eight data bits from the lowest, stop. */
const FRAME_BITS = 10;

/**
 * What an 8N1 receiver makes of bytes that came back to back at another rate. `ratio`: the sender's rate by the
 * receiver's. A frame whose stop bit is missing is handed on as it was sampled, as adapters do.
 */
export function atWrongRate(bytes: Uint8Array, ratio: number): Uint8Array {
  const end = bytes.length * FRAME_BITS;
  const heard: number[] = [];
  // Times are in bits of the sender; the receiver's bit is `ratio` of them long.
  let time = 0;
  for (;;) {
    while (time < end && level(bytes, Math.floor(time)) === 1) time = Math.floor(time) + 1;
    if (time >= end) return Uint8Array.from(heard);
    heard.push(sample(bytes, time, ratio));
    time += (FRAME_BITS - 0.5) * ratio;
  }
}

function sample(bytes: Uint8Array, start: number, ratio: number): number {
  let byte = 0;
  for (let bit = 0; bit < 8; bit += 1) byte |= level(bytes, Math.floor(start + (bit + 1.5) * ratio)) << bit;
  return byte;
}

/** Of the line at that bit; idle after the last. */
function level(bytes: Uint8Array, at: number): 0 | 1 {
  const byte = bytes[Math.floor(at / FRAME_BITS)];
  const bit = at % FRAME_BITS;
  if (byte === undefined || bit === FRAME_BITS - 1) return 1;
  if (bit === 0) return 0;
  return ((byte >> (bit - 1)) & 1) as 0 | 1;
}
