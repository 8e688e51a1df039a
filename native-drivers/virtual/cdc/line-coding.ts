/** USB CDC PSTN 1.2, table 17: dwDTERate, bCharFormat, bParityType, bDataBits. */
export const LINE_CODING_BYTES = 7;

export interface LineCoding {
  /** Bits per second. */
  rate: number;
  stopBits: 'one' | 'one-and-half' | 'two';
  parity: 'none' | 'odd' | 'even' | 'mark' | 'space';
  dataBits: number;
}

const STOP_BITS = ['one', 'one-and-half', 'two'] as const;
const PARITIES = ['none', 'odd', 'even', 'mark', 'space'] as const;

/** Null for one that the table does not know. */
export function readLineCoding(bytes: Uint8Array): LineCoding | null {
  if (bytes.length !== LINE_CODING_BYTES) return null;
  const stopBits = STOP_BITS[bytes[4] ?? -1];
  const parity = PARITIES[bytes[5] ?? -1];
  if (stopBits === undefined || parity === undefined) return null;
  return { rate: Buffer.from(bytes).readUInt32LE(0), stopBits, parity, dataBits: bytes[6] ?? 0 };
}

export function writeLineCoding(coding: LineCoding): Uint8Array {
  const bytes = Buffer.alloc(LINE_CODING_BYTES);
  bytes.writeUInt32LE(coding.rate, 0);
  bytes.set([STOP_BITS.indexOf(coding.stopBits), PARITIES.indexOf(coding.parity), coding.dataBits], 4);
  return bytes;
}

/**
 * Does a frame that one end sends in this coding pass at an end that expects 8E1 with even parity, or the reverse? The
 * ninth bit decides: where a side has no parity, its stop bit stands in that place, which is a one.
 */
export function passesAsEven(byte: number, { parity, dataBits }: LineCoding): boolean {
  if (dataBits !== 8) return false;
  if (parity === 'even') return true;
  if (parity === 'odd') return false;
  const even = ones(byte) % 2;
  return even === (parity === 'space' ? 0 : 1);
}

const ones = (byte: number): number =>
  [0, 1, 2, 3, 4, 5, 6, 7].reduce((sum, bit) => sum + ((byte >> bit) & 1), 0);
