import { afterSilence } from '#drivers/core/after-silence.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import { KitParser, type KitEvent } from './parser.ts';

type Answer = Exclude<KitEvent, { type: 'echo' }>;

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
  cancel(): void;
}

const BITS_PER_BYTE = 10;
/** A kit on USB answers within a few frames of 1 ms; a busy host adds much to that, and a lost answer may cost a part. */
const KIT_MS = 1500;

/** Question and answer with a kit board, a line each. What came before the question is no answer to it. */
export class KitLink {
  readonly transport: Transport;
  private readonly parser = new KitParser();
  private readonly removers: (() => void)[];
  private waiting: Waiting | null = null;
  private gone: Error | null = null;

  constructor(transport: Transport) {
    this.transport = transport;
    this.removers = [
      transport.onData((bytes) => this.receive(bytes)),
      transport.onGone((error) => this.fail(error)),
    ];
  }

  get discarded(): number {
    return this.parser.discarded;
  }

  /** Rejects with `no-answer` after the time on the wire both ways, the kit's own and `chipMs`. */
  async ask(line: string, answerBytes: number, chipMs = 0): Promise<Answer> {
    if (this.gone !== null) throw this.gone;
    this.parser.reset();
    const bytes = Buffer.from(`${line}\n`, 'latin1');
    const wireMs = ((bytes.length + answerBytes) * BITS_PER_BYTE * 1000) / this.transport.baudRate;
    const answer = this.next(wireMs + KIT_MS + chipMs);
    // Whoever hears of a write that failed has the wait ended, too.
    this.transport.write(bytes).catch((error: unknown) => this.settle()?.reject(error));
    return answer;
  }

  close(): void {
    for (const remove of this.removers.splice(0)) remove();
    this.fail(new DriverError('cancelled', 'The connection was closed.'));
  }

  private next(timeoutMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const cancel = afterSilence(timeoutMs, () => {
        const context = { timeoutMs: Math.round(timeoutMs) };
        this.settle()?.reject(
          new DriverError('no-answer', 'The kit board did not answer in time.', { context }),
        );
      });
      this.waiting = { resolve, reject, cancel };
    });
  }

  private receive(bytes: Uint8Array): void {
    for (const event of this.parser.push(bytes)) if (event.type !== 'echo') this.settle()?.resolve(event);
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
