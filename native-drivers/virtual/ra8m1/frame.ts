import { ETX, MAX_PAYLOAD, SOD, SOH } from './protocol.ts';

export interface RomFrame {
  type: 'frame';
  /** Command (host asks) or data (host goes on). */
  kind: 'command' | 'data';
  code: number;
  payload: Uint8Array;
  fault: 'packet' | 'checksum' | null;
}

/** A byte outside any frame: the handshake lives there. */
interface RomByte {
  type: 'byte';
  value: number;
}

export type RomInput = RomFrame | RomByte;

/**
 * Bytes to frames, in any chunks with the same result. Pure: time and meaning are the ROM's affair.
 * 01|81 LNH LNL CODE payload SUM ETX; LN counts code and payload; LNH..SUM add up to 0.
 */
export class RomParser {
  private pending: number[] = [];

  push(bytes: Uint8Array): RomInput[] {
    const inputs: RomInput[] = [];
    for (const byte of bytes) {
      this.pending.push(byte);
      this.scan(inputs);
    }
    return inputs;
  }

  /** True while a frame has begun and not ended. */
  get inFrame(): boolean {
    return this.pending.length > 0;
  }

  /** Gives up a half frame and says how many bytes that was. */
  abandon(): number {
    const lost = this.pending.length;
    this.pending = [];
    return lost;
  }

  private scan(inputs: RomInput[]): void {
    const start = this.pending[0];
    if (start !== SOH && start !== SOD) return this.shift(inputs);
    if (this.pending.length < 3) return;
    const length = ((this.pending[1] ?? 0) << 8) | (this.pending[2] ?? 0);
    // No frame has such a length: the start byte was noise, and what follows it may begin a frame.
    if (length < 1 || length > MAX_PAYLOAD + 1) return this.shift(inputs);
    if (this.pending.length < length + 5) return;
    inputs.push(readFrame(Uint8Array.from(this.pending), length));
    this.pending = [];
  }

  private shift(inputs: RomInput[]): void {
    const value = this.pending.shift();
    if (value === undefined) return;
    inputs.push({ type: 'byte', value });
    const rest = this.pending;
    this.pending = [];
    for (const byte of rest) {
      this.pending.push(byte);
      this.scan(inputs);
    }
  }
}

function readFrame(bytes: Uint8Array, length: number): RomFrame {
  const sum = bytes.subarray(1, 4 + length).reduce((total, byte) => total + byte, 0) & 0xff;
  const ended = bytes[4 + length] === ETX;
  return {
    type: 'frame',
    kind: bytes[0] === SOH ? 'command' : 'data',
    code: bytes[3] ?? 0,
    payload: bytes.subarray(4, 3 + length),
    fault: !ended ? 'packet' : sum !== 0 ? 'checksum' : null,
  };
}

/** An answer frame: always SOD. */
export function encodeAnswer(code: number, payload: Uint8Array): Uint8Array {
  const length = payload.length + 1;
  const frame = new Uint8Array(length + 5);
  frame.set([SOD, length >> 8, length & 0xff, code]);
  frame.set(payload, 4);
  const sum = frame.subarray(1, 3 + length).reduce((total, byte) => total + byte, 0);
  frame[3 + length] = -sum & 0xff;
  frame[4 + length] = ETX;
  return frame;
}
