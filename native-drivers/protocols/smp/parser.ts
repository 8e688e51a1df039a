import {
  CARRIAGE_RETURN,
  CONTINUATION_MARKER,
  MAX_LINE_BYTES,
  NEWLINE,
  SMP_CRC_BYTES,
  START_MARKER,
} from './constants.ts';
import { crc16Xmodem } from '#drivers/core/crc16.ts';
import { unpackPacket, type SmpPacket } from './frame.ts';

export type SmpFrameFault = 'checksum' | 'length' | 'base64' | 'header' | 'line-too-long' | 'broken-line';
export type SmpEvent =
  | { type: 'packet'; packet: SmpPacket }
  /** Bytes that began a packet and are none; they count as discarded. */
  | { type: 'fault'; fault: SmpFrameFault };

const [START_1, START_2] = START_MARKER;
const [MORE_1, MORE_2] = CONTINUATION_MARKER;
const BASE64_LINE = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Bytes of a serial console to SMP packets. Pure: no clock, no I/O; the same bytes give the same events however they
 * are cut. Text between frames is normal on a console and only counted in `discarded`.
 */
export class SmpParser {
  /** Bytes seen so far that belong to no good packet. */
  discarded = 0;
  #state: 'text' | 'marker' | 'line' = 'text';
  #marker = 0;
  #first = false;
  #line: number[] = [];
  #stream: Buffer | null = null;
  #pending = 0;
  #events: SmpEvent[] = [];

  push(bytes: Uint8Array): SmpEvent[] {
    for (const byte of bytes) this.#step(byte);
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #step(byte: number): void {
    // Neither 06 nor 04 is a base64 character, so a marker is one wherever it stands.
    if (byte === START_1 || byte === MORE_1) this.#openMarker(byte);
    else if (this.#state === 'marker') this.#closeMarker(byte);
    else if (this.#state === 'line') this.#inLine(byte);
    else this.discarded += 1;
  }

  #openMarker(byte: number): void {
    if (this.#state === 'line') this.#fail('broken-line');
    else if (this.#state === 'marker') this.#dropMarker();
    this.#state = 'marker';
    this.#marker = byte;
  }

  #closeMarker(byte: number): void {
    const first = this.#marker === START_1 && byte === START_2;
    const more = this.#marker === MORE_1 && byte === MORE_2;
    if (!first && !(more && this.#stream !== null)) {
      this.#dropMarker();
      this.discarded += 1;
      return;
    }
    if (first && this.#stream !== null) this.#fail('length');
    this.#state = 'line';
    this.#first = first;
    this.#line = [];
    this.#pending += 2;
  }

  #dropMarker(): void {
    this.discarded += 1;
    this.#state = 'text';
  }

  #inLine(byte: number): void {
    this.#pending += 1;
    if (byte === NEWLINE) this.#endLine();
    else if (this.#line.length >= MAX_LINE_BYTES) this.#fail('line-too-long');
    else if (byte !== CARRIAGE_RETURN) this.#line.push(byte);
  }

  #endLine(): void {
    const text = Buffer.from(this.#line).toString('latin1');
    if (!BASE64_LINE.test(text)) {
      this.#fail('base64');
      return;
    }
    const part = Buffer.from(text, 'base64');
    this.#stream = this.#first || this.#stream === null ? part : Buffer.concat([this.#stream, part]);
    this.#state = 'text';
    this.#finish(this.#stream);
  }

  #finish(stream: Buffer): void {
    const total = stream.length < 2 ? Infinity : 2 + stream.readUInt16BE(0);
    if (stream.length < total) return;
    const body = stream.subarray(2, total - SMP_CRC_BYTES);
    if (stream.length > total || total < 2 + SMP_CRC_BYTES) this.#fail('length');
    else if (crc16Xmodem(body) !== stream.readUInt16BE(total - SMP_CRC_BYTES)) this.#fail('checksum');
    else this.#deliver(body);
  }

  #deliver(body: Uint8Array): void {
    const packet = unpackPacket(body);
    if (packet === null) {
      this.#fail('header');
      return;
    }
    this.#events.push({ type: 'packet', packet });
    this.#stream = null;
    this.#pending = 0;
  }

  #fail(fault: SmpFrameFault): void {
    this.#events.push({ type: 'fault', fault });
    this.discarded += this.#pending;
    this.#pending = 0;
    this.#stream = null;
    this.#line = [];
    this.#state = 'text';
  }
}
