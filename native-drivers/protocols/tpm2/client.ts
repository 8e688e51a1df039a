import { afterSilence } from '#drivers/core/after-silence.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import { TpmReader, u16 } from './buffer.ts';
import { commandBytes, type TpmCommand } from './command.ts';
import { CC, RC, TAG } from './constants.ts';
import { TpmParser, type TpmResponse } from './parser.ts';
import { errorOf, isToRepeat } from './response-code.ts';

/** Discrete TPMs take seconds for a key and for flash; no document that was read bounds them all. */
const TIMEOUT_MS = 3000;
const KEY_TIMEOUT_MS = 60_000;
const SLOW: readonly number[] = [CC.createPrimary, CC.clear, CC.evictControl];
const TRIES = 5;
const STARTUP_CLEAR = 0;
/** Random bytes of a question that only finds out which answer is which: no other one has this length. */
const RESYNC_BYTES = 13;
const RESYNC_TRIES = 4;

interface Waiting {
  resolve(response: TpmResponse): void;
  reject(error: unknown): void;
  cancel(): void;
}

/** Handles and parameters of an answer. */
export interface TpmAnswer {
  handle: number;
  reader: TpmReader;
}

/** One TPM behind a link that carries its commands as they are. One command runs at a time. */
export class TpmClient {
  private readonly transport: Transport;
  private readonly parser = new TpmParser();
  private readonly removers: (() => void)[];
  /** Answers that nobody has waited for yet, of a question that was given up. */
  private readonly heard: TpmResponse[] = [];
  private waiting: Waiting | null = null;
  private gone: Error | null = null;
  /** A question was given up: its answer may still come. */
  private outOfStep = false;

  constructor(transport: Transport) {
    this.transport = transport;
    this.removers = [
      transport.onData((bytes) => this.receive(bytes)),
      transport.onGone((error) => this.fail(error)),
    ];
  }

  /** Bytes that belonged to no answer. */
  get discarded(): number {
    return this.parser.discarded;
  }

  /**
   * Rejects with what the response code means. Sent again only where the TPM says that it did nothing; one that was never
   * started up since its reset is started first.
   */
  async run(command: TpmCommand, withHandle = false): Promise<TpmAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.exchange(command);
      if (response.code === RC.success) return answerOf(response, withHandle);
      if (attempt >= TRIES) throw errorOf(response.code, command.code);
      if (response.code === RC.initialize && command.code !== CC.startup) await this.startup();
      else if (!isToRepeat(response.code)) throw errorOf(response.code, command.code);
    }
  }

  close(): void {
    for (const remove of this.removers.splice(0)) remove();
    this.fail(new DriverError('cancelled', 'The connection was closed.'));
  }

  private async startup(): Promise<void> {
    await this.run({ code: CC.startup, parameters: [u16(STARTUP_CLEAR)] });
  }

  private async exchange(command: TpmCommand): Promise<TpmResponse> {
    if (this.outOfStep) await this.resynchronise();
    return this.ask(command);
  }

  /** A TPM answers in order: once this answer has come no other one can. */
  private async resynchronise(): Promise<void> {
    let response = await this.ask({ code: CC.getRandom, parameters: [u16(RESYNC_BYTES)] });
    for (let tries = 1; !isResync(response); tries += 1) {
      if (tries >= RESYNC_TRIES || response.code === RC.initialize) break;
      response = await this.next(TIMEOUT_MS, CC.getRandom);
    }
    this.outOfStep = false;
  }

  private ask(command: TpmCommand): Promise<TpmResponse> {
    if (this.gone !== null) return Promise.reject(this.gone);
    // What has come by now is no answer to this question.
    this.parser.reset();
    this.heard.length = 0;
    const answer = this.next(SLOW.includes(command.code) ? KEY_TIMEOUT_MS : TIMEOUT_MS, command.code);
    this.transport.write(commandBytes(command)).catch((error: unknown) => this.settle()?.reject(error));
    return answer;
  }

  private next(timeoutMs: number, command: number): Promise<TpmResponse> {
    return new Promise((resolve, reject) => {
      const cancel = afterSilence(timeoutMs, () => this.expire(command, timeoutMs));
      this.waiting = { resolve, reject, cancel };
      this.serve();
    });
  }

  private receive(bytes: Uint8Array): void {
    this.heard.push(...this.parser.push(bytes));
    // A flood is no answer: what nobody asked for is kept for a resynchronisation only.
    this.heard.splice(0, this.heard.length - RESYNC_TRIES);
    this.serve();
  }

  private serve(): void {
    if (this.waiting === null) return;
    const response = this.heard.shift();
    if (response !== undefined) this.settle()?.resolve(response);
  }

  private expire(command: number, timeoutMs: number): void {
    this.outOfStep = true;
    const context = { command: `0x${command.toString(16)}`, timeoutMs };
    this.settle()?.reject(new DriverError('no-answer', 'The TPM did not answer in time.', { context }));
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

/** With sessions the parameters have their size before them, and the sessions behind (part 1, 18.4). */
function answerOf({ tag, body }: TpmResponse, withHandle: boolean): TpmAnswer {
  const reader = new TpmReader(body);
  const handle = withHandle ? reader.u32() : 0;
  if (tag !== TAG.sessions) return { handle, reader };
  return { handle, reader: new TpmReader(reader.bytes(reader.u32())) };
}

const isResync = ({ code, body }: TpmResponse): boolean =>
  code === RC.success && body.length === RESYNC_BYTES + 2;
