import { afterSilence } from '#drivers/core/after-silence.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import { LINE_END, WAIT } from './constants.ts';
import { AtParser, type AtLine } from './line-parser.ts';

type Info = Extract<AtLine, { type: 'info' }>;

interface Waiting {
  /** True: that line ends the wait. Throws to end it as refused. */
  take(line: AtLine): boolean;
  resolve(): void;
  reject(error: unknown): void;
  cancel(): void;
}

/**
 * Commands and answers of one module over one transport. Events may come between any two lines. What is sent may hold a
 * password: an error names the command and never its arguments.
 */
export class AtLink {
  readonly transport: Transport;
  private readonly parser = new AtParser();
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

  /**
   * Sends a command and waits for its OK: `+…` lines before it that are no events are the answer. Rejects with
   * `device-error` (context `command`, `error`), `no-answer`, `port-gone`.
   */
  async command(text: string, timeoutMs: number = WAIT.answer): Promise<Info[]> {
    const answer: Info[] = [];
    const command = nameOf(text);
    const answered = this.wait(command, timeoutMs, (line) => {
      if (line.type === 'error') throw refusal(command, line.code);
      if (line.type === 'info' && !line.name.startsWith('+event')) answer.push(line);
      return line.type === 'ok';
    });
    await this.send(text, answered);
    await answered;
    return answer;
  }

  /** Waits for a line; `take` may throw to end it. Rejects with `no-answer`. */
  async until(what: string, timeoutMs: number, take: (line: AtLine) => boolean): Promise<void> {
    await this.wait(what, timeoutMs, take);
  }

  close(): void {
    for (const remove of this.removers.splice(0)) remove();
    this.fail(new DriverError('cancelled', 'The connection was closed.'));
  }

  private async send(text: string, answered: Promise<void>): Promise<void> {
    // Whoever sends looks at the answer next; a write that fails is what it hears of.
    answered.catch(() => undefined);
    const bytes = Buffer.from(`${text}${LINE_END}`, 'utf8');
    try {
      await this.transport.write(bytes);
    } finally {
      bytes.fill(0);
    }
  }

  private wait(what: string, timeoutMs: number, take: Waiting['take']): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.gone !== null) return reject(this.gone);
      const cancel = afterSilence(timeoutMs, () => {
        const context = { command: what, timeoutMs, discarded: this.discarded };
        this.settle()?.reject(
          new DriverError('no-answer', 'The module did not answer in time.', { context }),
        );
      });
      this.waiting = { take, resolve, reject, cancel };
    });
  }

  private receive(bytes: Uint8Array): void {
    for (const line of this.parser.push(bytes)) this.offer(line);
  }

  private offer(line: AtLine): void {
    const { waiting } = this;
    if (waiting === null || line.type === 'echo') return;
    try {
      if (!waiting.take(line)) return;
    } catch (error) {
      this.settle();
      waiting.reject(error);
      return;
    }
    this.settle();
    waiting.resolve();
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

/** Up to the first argument that may be somebody's: `AT+wlanConnect`. */
export const nameOf = (text: string): string => /^at\+[a-z]+/i.exec(text)?.[0] ?? 'AT';

function refusal(command: string, code: number | null): DriverError {
  const context = { command, ...(code === null ? {} : { error: code }) };
  return new DriverError('device-error', 'The module refused the command.', { context });
}
