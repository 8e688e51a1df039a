import { afterSilence } from '#drivers/core/after-silence.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import { COMMAND, ERROR } from './constants.ts';
import { AnswerParser, errorOf, type Answer } from './frame.ts';

interface Waiting {
  command: number;
  dataBytes: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
  cancel(): void;
}

const BITS_PER_BYTE = 10;
const codeOf = (command: number): string => `0x${command.toString(16).padStart(2, '0')}`;

/**
 * ```
 * transport -> bytes -> SLIP -> answers -> the one exchange that waits
 * ```
 * One question at a time, as the ROM answers each before it takes the next. Answers that nobody waits for (the other
 * seven to a sync) are counted and dropped.
 */
export class EspLink {
  readonly transport: Transport;
  /** Answers that nobody waited for. */
  late = 0;
  private readonly parser = new AnswerParser();
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

  /** Bytes that were part of no answer: start-up text, noise. */
  get discarded(): number {
    return this.parser.discarded;
  }

  /**
   * Sends encoded bytes, resolves with the answer to `command` once it says that it was carried out. `dataBytes`: how
   * many bytes it carries before its status. Rejects with `no-answer`, `device-error` (code in `error`), `port-gone`.
   */
  exchange(request: Uint8Array, command: number, timeoutMs: number, dataBytes = 0): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.gone !== null) return reject(this.gone);
      const ms = timeoutMs + this.wireMs(request.length);
      const cancel = afterSilence(ms, () => this.expire(ms));
      this.waiting = { command, dataBytes, resolve, reject, cancel };
      this.transport.write(request).catch((error: unknown) => this.settle()?.reject(error));
    });
  }

  close(): void {
    for (const remove of this.removers.splice(0)) remove();
    this.fail(new DriverError('cancelled', 'The connection was closed.'));
  }

  private wireMs(bytes: number): number {
    return (bytes * BITS_PER_BYTE * 1000) / this.transport.baudRate;
  }

  private receive(bytes: Uint8Array): void {
    for (const answer of this.parser.push(bytes)) this.take(answer);
  }

  private take(answer: Answer): void {
    const { waiting } = this;
    if (waiting === null || !answers(answer, waiting)) {
      this.late += 1;
      return;
    }
    this.settle();
    const error = errorOf(answer, waiting.dataBytes);
    if (error === null && answer.command === waiting.command) waiting.resolve(answer);
    else waiting.reject(refusal(waiting.command, error ?? 0));
  }

  private expire(timeoutMs: number): void {
    const waiting = this.settle();
    if (waiting === null) return;
    const context = { command: codeOf(waiting.command), timeoutMs: Math.round(timeoutMs) };
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

/**
 * A command that a ROM does not know is refused under another command's code: esptool takes error 05 under any code
 * for an answer (`readPacket` of esptool-js, "UnsupportedCommandError"). No document says which code.
 */
function answers(answer: Answer, { command, dataBytes }: Waiting): boolean {
  if (answer.command === command) return true;
  return command !== COMMAND.sync && errorOf(answer, dataBytes) === ERROR.invalidMessage;
}

const refusal = (command: number, error: number): DriverError =>
  new DriverError('device-error', 'The chip refused the command.', {
    context: { command: codeOf(command), error },
  });
