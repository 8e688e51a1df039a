import { afterSilence } from './after-silence.ts';
import { DriverError } from './errors.ts';
import type { Transport } from './link.ts';

interface Waiting {
  count: number;
  resolve(bytes: Uint8Array): void;
  reject(error: unknown): void;
  cancel(): void;
}

/**
 * A link for protocols whose answers have no frame: the host knows how many bytes come next. One wait at a time. What
 * arrives while nobody waits is kept for the next wait until `clear`, which drops and counts it.
 */
export class ByteLink {
  readonly transport: Transport;
  /** Bytes that belonged to no answer. */
  discarded = 0;
  private readonly removers: (() => void)[];
  private pending: Uint8Array = new Uint8Array(0);
  private waiting: Waiting | null = null;
  private gone: Error | null = null;

  constructor(transport: Transport) {
    this.transport = transport;
    this.removers = [
      transport.onData((bytes) => this.receive(bytes)),
      transport.onGone((error) => this.fail(error)),
    ];
  }

  /** Rejects with `port-gone`. */
  async send(bytes: Uint8Array): Promise<void> {
    if (this.gone !== null) throw this.gone;
    await this.transport.write(bytes);
  }

  /** The next `count` bytes. Rejects with `no-answer` where fewer came in `timeoutMs`, with how many in the context. */
  take(count: number, timeoutMs: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.gone !== null) return reject(this.gone);
      const cancel = afterSilence(timeoutMs, () => this.expire(timeoutMs));
      this.waiting = { count, resolve, reject, cancel };
      this.serve();
    });
  }

  /** Forgets what has arrived: bytes of an answer that came too late, or of a part before this one. */
  clear(): void {
    this.discarded += this.pending.length;
    this.pending = new Uint8Array(0);
  }

  close(): void {
    for (const remove of this.removers.splice(0)) remove();
    this.fail(new DriverError('cancelled', 'The connection was closed.'));
  }

  private receive(bytes: Uint8Array): void {
    this.pending = this.pending.length === 0 ? bytes.slice() : Buffer.concat([this.pending, bytes]);
    this.serve();
  }

  private serve(): void {
    const { waiting, pending } = this;
    if (waiting === null || pending.length < waiting.count) return;
    this.settle();
    this.pending = pending.subarray(waiting.count);
    waiting.resolve(pending.subarray(0, waiting.count));
  }

  private expire(timeoutMs: number): void {
    const waiting = this.settle();
    if (waiting === null) return;
    const context = { timeoutMs, expected: waiting.count, received: this.pending.length };
    waiting.reject(new DriverError('no-answer', 'The chip did not answer in time.', { context }));
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
