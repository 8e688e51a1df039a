import { crc16Xmodem } from '#drivers/core/crc16.ts';
import { HEADER_BYTES, MAX_PAYLOAD, PACKET, PONG_BYTES, START } from './constants.ts';
import { frameCrc } from './frame.ts';

export type NxpEvent =
  | { type: 'ack' }
  | { type: 'nak' }
  | { type: 'abort' }
  | { type: 'ping' }
  /** `version`: bug fix, minor, major and the letter P, low byte first. */
  | { type: 'pong'; version: number; options: number }
  | { type: 'command' | 'data'; payload: Uint8Array }
  /** A whole packet with a wrong CRC: to be answered with NAK. Its bytes count as discarded. */
  | { type: 'broken' };

type Found = { event: NxpEvent; bytes: number } | 'more' | 'noise';

const SHORT: ReadonlyMap<number, NxpEvent['type'] & ('ack' | 'nak' | 'abort' | 'ping')> = new Map([
  [PACKET.ack, 'ack'],
  [PACKET.nak, 'nak'],
  [PACKET.abort, 'abort'],
  [PACKET.ping, 'ping'],
]);

/**
 * Bytes of the line to packets, in both directions. Pure: no clock, no I/O; the same bytes give the same events however
 * they are cut. What begins no packet is counted in `discarded`.
 */
export class NxpParser {
  discarded = 0;
  #pending: Buffer = Buffer.alloc(0);

  push(bytes: Uint8Array): NxpEvent[] {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    const events: NxpEvent[] = [];
    for (;;) {
      this.#skipToStart();
      const found = look(this.#pending);
      if (found === 'more') return events;
      if (found === 'noise') this.#drop(1);
      else if (found.event.type === 'broken') this.#drop(found.bytes);
      else this.#pending = this.#pending.subarray(found.bytes);
      if (typeof found === 'object') events.push(found.event);
    }
  }

  /** Half a packet whose rest never came: forgotten and counted. */
  reset(): void {
    this.#drop(this.#pending.length);
  }

  #skipToStart(): void {
    const start = this.#pending.indexOf(START);
    this.#drop(start < 0 ? this.#pending.length : start);
  }

  #drop(bytes: number): void {
    this.discarded += bytes;
    this.#pending = this.#pending.subarray(bytes);
  }
}

function look(bytes: Buffer): Found {
  const type = bytes[1];
  if (type === undefined) return 'more';
  const short = SHORT.get(type);
  if (short !== undefined) return { event: { type: short }, bytes: 2 };
  if (type === PACKET.pong) return lookPong(bytes);
  if (type === PACKET.command) return lookFrame(bytes, 'command');
  return type === PACKET.data ? lookFrame(bytes, 'data') : 'noise';
}

function lookPong(bytes: Buffer): Found {
  if (bytes.length < PONG_BYTES) return 'more';
  const crc = crc16Xmodem(bytes.subarray(0, PONG_BYTES - 2));
  if (crc !== bytes.readUInt16LE(PONG_BYTES - 2)) return 'noise';
  const event = { type: 'pong', version: bytes.readUInt32LE(2), options: bytes.readUInt16LE(6) } as const;
  return { event, bytes: PONG_BYTES };
}

function lookFrame(bytes: Buffer, type: 'command' | 'data'): Found {
  if (bytes.length < HEADER_BYTES) return 'more';
  const length = bytes.readUInt16LE(2);
  if (length > MAX_PAYLOAD) return 'noise';
  const total = HEADER_BYTES + length;
  if (bytes.length < total) return 'more';
  const packet = bytes.subarray(0, total);
  if (frameCrc(packet) !== packet.readUInt16LE(4)) return { event: { type: 'broken' }, bytes: total };
  return { event: { type, payload: Uint8Array.from(packet.subarray(HEADER_BYTES)) }, bytes: total };
}
