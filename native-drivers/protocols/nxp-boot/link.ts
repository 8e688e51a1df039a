import { afterSilence } from '#drivers/core/after-silence.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import { BITS_PER_BYTE, PACKET, PACKET_TRIES } from './constants.ts';
import { shortPacket } from './frame.ts';
import { NxpParser, type NxpEvent } from './parser.ts';

interface Waiting {
  resolve(event: NxpEvent): void;
  reject(error: unknown): void;
  cancel(): void;
}

type Packet = Extract<NxpEvent, { payload: Uint8Array }>;

/**
 * Packets over one transport, each acknowledged before the next (KL27 reference manual, 13.3.7.3): what the other side
 * takes for broken is sent again, what came broken is asked for again.
 */
export class NxpLink {
  readonly transport: Transport;
  private readonly parser = new NxpParser();
  private readonly removers: (() => void)[];
  private readonly heard: NxpEvent[] = [];
  private waiting: Waiting | null = null;
  private gone: Error | null = null;

  constructor(transport: Transport) {
    this.transport = transport;
    this.removers = [
      transport.onData((bytes) => this.receive(bytes)),
      transport.onGone((error) => this.fail(error)),
    ];
  }

  /** Bytes that were part of no packet. */
  get discarded(): number {
    return this.parser.discarded;
  }

  async send(bytes: Uint8Array): Promise<void> {
    if (this.gone !== null) throw this.gone;
    await this.transport.write(bytes);
  }

  /** Sends a frame and waits for its acknowledgement. `abort`: the chip ends the data phase and will say why. */
  async deliver(frame: Uint8Array, timeoutMs: number): Promise<'ack' | 'abort'> {
    const ms = timeoutMs + this.wireMs(frame.length);
    for (let attempt = 0; attempt < PACKET_TRIES; attempt += 1) {
      await this.send(frame);
      const { type } = await this.answer(ms);
      if (type === 'ack' || type === 'abort') return type;
      if (type !== 'nak') throw unexpected('ack', type);
    }
    throw new DriverError('bad-checksum', 'The chip takes every try of a packet for broken.', {
      context: { tries: PACKET_TRIES },
    });
  }

  /** The next packet, acknowledged. Rejects with `no-answer`, `bad-checksum`, `bad-frame`. */
  async packet(type: Packet['type'], timeoutMs: number): Promise<Uint8Array> {
    const packet = await this.anyPacket(timeoutMs);
    if (packet.type !== type) throw unexpected(type, packet.type);
    return packet.payload;
  }

  async anyPacket(timeoutMs: number): Promise<Packet> {
    for (let attempt = 0; attempt < PACKET_TRIES; attempt += 1) {
      const event = await this.answer(timeoutMs);
      if ('payload' in event) {
        await this.send(shortPacket(PACKET.ack));
        return event;
      }
      if (event.type !== 'broken') throw unexpected('packet', event.type);
      await this.send(shortPacket(PACKET.nak));
    }
    throw new DriverError('bad-checksum', 'Every try of the answer came through broken.', {
      context: { tries: PACKET_TRIES },
    });
  }

  /** What comes next, whatever it is. Rejects with `no-answer`. */
  next(timeoutMs: number): Promise<NxpEvent> {
    return new Promise((resolve, reject) => {
      if (this.gone !== null) return reject(this.gone);
      const cancel = afterSilence(timeoutMs, () => this.expire(timeoutMs));
      this.waiting = { resolve, reject, cancel };
      this.serve();
    });
  }

  /** Forgets what came late or from a part before this one. */
  clear(): void {
    this.heard.length = 0;
    this.parser.reset();
  }

  close(): void {
    for (const remove of this.removers.splice(0)) remove();
    this.fail(new DriverError('cancelled', 'The connection was closed.'));
  }

  wireMs(bytes: number): number {
    return (bytes * BITS_PER_BYTE * 1000) / this.transport.baudRate;
  }

  /** A pong that came late, after another ping had been sent, is an answer to nothing else. */
  private async answer(timeoutMs: number): Promise<NxpEvent> {
    for (;;) {
      const event = await this.next(timeoutMs);
      if (event.type !== 'pong') return event;
    }
  }

  private receive(bytes: Uint8Array): void {
    this.heard.push(...this.parser.push(bytes));
    this.serve();
  }

  private serve(): void {
    if (this.waiting === null) return;
    const event = this.heard.shift();
    if (event !== undefined) this.settle()?.resolve(event);
  }

  private expire(timeoutMs: number): void {
    const context = { timeoutMs: Math.round(timeoutMs) };
    this.settle()?.reject(new DriverError('no-answer', 'The chip did not answer in time.', { context }));
    // The rest of a packet that stopped in its midst must not be taken for the beginning of the next.
    this.parser.reset();
  }

  private fail(error: Error): void {
    this.gone ??= error;
    this.settle()?.reject(error);
  }

  private settle(): Waiting | null {
    const { waiting } = this;
    waiting?.cancel();
    this.waiting = null;
    return waiting;
  }
}

const unexpected = (expected: string, found: string): DriverError =>
  new DriverError('bad-frame', 'The chip sent another packet than the protocol has here.', {
    context: { expected, found },
  });
