import { crc16Xmodem } from '#drivers/core/crc16.ts';

/** A packet as the ROM hears it (KL27 reference manual, 13.3.7.3). `at`: ideal time of its last byte, ns. */
export interface Heard {
  type: 'ping' | 'ack' | 'nak' | 'abort' | 'command' | 'data' | 'broken';
  payload: Buffer;
  at: number;
}

const START = 0x5a;
const TYPES: ReadonlyMap<number, Heard['type']> = new Map([
  [0xa1, 'ack'],
  [0xa2, 'nak'],
  [0xa3, 'abort'],
  [0xa4, 'command'],
  [0xa5, 'data'],
  [0xa6, 'ping'],
]);
const LONGEST = 4096;

/** CRC low byte first, over all but itself. */
export function framed(type: number, payload: Uint8Array): Buffer {
  const head = Buffer.of(START, type, payload.length & 0xff, payload.length >> 8);
  const crc = crc16Xmodem(Buffer.concat([head, payload]));
  return Buffer.concat([head, Buffer.of(crc & 0xff, crc >> 8), payload]);
}

/** Version P1.2.0 and no options: `5a a7 00 02 01 50 00 00 aa ea` (log of pyMBoot; serial_packet.c of NXP's boot loader). */
export const PONG = Buffer.from('5aa7000201500000aaea', 'hex');
export const ACK = Buffer.of(START, 0xa1);
export const NAK = Buffer.of(START, 0xa2);
export const ABORT = Buffer.of(START, 0xa3);

/** The ROM's ear: collects bytes, gives packets; what is none is counted. */
export class Ear {
  private bytes: Buffer = Buffer.alloc(0);
  private readonly countDiscarded: (bytes: number) => void;

  constructor(countDiscarded: (bytes: number) => void) {
    this.countDiscarded = countDiscarded;
  }

  hear(bytes: Uint8Array, at: number): Heard[] {
    this.bytes = Buffer.concat([this.bytes, bytes]);
    const packets: Heard[] = [];
    for (let packet = this.next(at); packet !== null; packet = this.next(at)) packets.push(packet);
    return packets;
  }

  private next(at: number): Heard | null {
    for (;;) {
      this.skip(noiseBefore(this.bytes));
      const type = TYPES.get(this.bytes[1] ?? -1);
      if (type === undefined) return null;
      if (type !== 'command' && type !== 'data') return this.take(2, type, at);
      if (this.bytes.length < 6) return null;
      const length = this.bytes.readUInt16LE(2);
      if (length > LONGEST) {
        this.skip(2);
        continue;
      }
      if (this.bytes.length < 6 + length) return null;
      const whole = framed(this.bytes[1] ?? 0, this.bytes.subarray(6, 6 + length));
      return this.take(6 + length, whole.equals(this.bytes.subarray(0, 6 + length)) ? type : 'broken', at);
    }
  }

  private take(count: number, type: Heard['type'], at: number): Heard {
    const payload = Buffer.from(this.bytes.subarray(6, count));
    this.bytes = this.bytes.subarray(count);
    return { type, payload, at };
  }

  private skip(count: number): void {
    if (count > 0) this.countDiscarded(count);
    this.bytes = this.bytes.subarray(count);
  }
}

/** Bytes before the next start that a type may still follow. */
function noiseBefore(bytes: Buffer): number {
  for (let at = bytes.indexOf(START); at >= 0; at = bytes.indexOf(START, at + 1)) {
    const type = bytes[at + 1];
    if (type === undefined || TYPES.has(type)) return at;
  }
  return bytes.length;
}
