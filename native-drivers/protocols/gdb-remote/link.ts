import { afterSilence } from '#drivers/core/after-silence.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import { ACK, INTERRUPT, NACK, SEND_ATTEMPTS } from './constants.ts';
import { GdbParser, type GdbInput } from './parser.ts';
import { hexBytes, packet, textOf } from './writer.ts';

/** How an answer is taken: `done` ends the question, `more` waits on, `stray` belongs to no question. */
export type Verdict = 'done' | 'more' | 'stray';

interface Question {
  name: string;
  framed: Uint8Array;
  timeoutMs: number;
  attempts: number;
  judge(answer: Uint8Array): Verdict;
  resolve(answer: Uint8Array): void;
  reject(error: unknown): void;
}

/**
 * Text of an `O` packet (E.3), which may be empty: OpenOCD 0.12 says `$O#4f` between two lines. Null for anything else (`OK` is
 * no hex). A server may say it while it works on anything.
 */
export function outputOf(answer: Uint8Array): string | null {
  const text = textOf(answer);
  const bytes = text.startsWith('O') ? hexBytes(text.slice(1)) : null;
  return bytes === null ? null : textOf(bytes);
}

/** An answer to `?` or `c` may come late, from before this conversation (E.3 Stop Reply Packets). */
const isStop = (answer: Uint8Array): boolean => /^[TSWX][0-9a-f]{2}/.test(textOf(answer));

/**
 * Questions and answers in order over one transport. An answer says as much as its acknowledgement: a stub that was
 * left in no-acknowledgement mode is understood too. A packet is sent again only where the stub says that it did not
 * take it (`-`); silence is `no-answer`.
 */
export class PacketLink {
  readonly transport: Transport;
  readonly parser = new GdbParser();
  /** Answers that belonged to no question. */
  strays = 0;
  /** False: neither side acknowledges. */
  acknowledges = true;
  private readonly removers: (() => void)[];
  private readonly questions: Question[] = [];
  private cancelTimer: () => void = () => undefined;
  private gone: Error | null = null;

  constructor(transport: Transport) {
    this.transport = transport;
    this.removers = [
      transport.onData((bytes) => this.receive(bytes)),
      transport.onGone((error) => this.fail(error)),
    ];
  }

  /** Rejects with `no-answer`, `bad-checksum` (the stub refuses the packet each time) and `port-gone`. */
  ask(
    data: Uint8Array,
    timeoutMs: number,
    judge: (answer: Uint8Array) => Verdict = (answer) =>
      isStop(answer) || outputOf(answer) !== null ? 'stray' : 'done',
  ): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.gone !== null) return reject(this.gone);
      const name = /^[?!a-zA-Z]+/.exec(textOf(data.subarray(0, 20)))?.[0] ?? '';
      const question = { name, framed: packet(data), timeoutMs, attempts: 1, judge, resolve, reject };
      this.questions.push(question);
      if (this.questions.length === 1) this.arm();
      this.write(question.framed);
    });
  }

  /** Takes back what an earlier conversation left waiting, and halts a part that runs. */
  interrupt(): void {
    this.write(Uint8Array.of(INTERRUPT));
  }

  acknowledge(): void {
    this.write(Uint8Array.of(ACK));
  }

  close(): void {
    for (const remove of this.removers.splice(0)) remove();
    this.fail(new DriverError('cancelled', 'The connection was closed.'));
  }

  private write(bytes: Uint8Array): void {
    // A write that fails ends the link, and with it whoever waits.
    this.transport.write(bytes).catch((error: unknown) => {
      this.fail(error instanceof Error ? error : new Error('write failed', { cause: error }));
    });
  }

  private receive(bytes: Uint8Array): void {
    for (const input of this.parser.push(bytes)) this.hear(input);
  }

  private hear(input: GdbInput): void {
    if (input.kind === 'packet') this.answered(input.data);
    else if (input.kind === 'nack') this.repeat();
    else if (input.kind === 'bad-packet' && this.acknowledges) this.write(Uint8Array.of(NACK));
    else if (input.kind === 'bad-packet') this.broken();
  }

  private answered(data: Uint8Array): void {
    if (this.acknowledges) this.acknowledge();
    const question = this.questions[0];
    const verdict = question?.judge(data) ?? 'stray';
    if (verdict === 'stray' || question === undefined) {
      this.strays += 1;
      return;
    }
    if (verdict === 'done') {
      this.questions.shift();
      question.resolve(data);
    }
    this.arm();
  }

  private repeat(): void {
    const [question] = this.questions;
    if (question === undefined) return;
    question.attempts += 1;
    if (question.attempts <= SEND_ATTEMPTS) {
      this.write(question.framed);
      return;
    }
    const context = { packet: question.name, attempts: SEND_ATTEMPTS };
    this.settleFirst(
      new DriverError('bad-checksum', 'The debug server refuses each attempt at a packet.', { context }),
    );
  }

  /** Without acknowledgements nobody can ask for an answer again. */
  private broken(): void {
    const context = { packet: this.questions[0]?.name ?? '' };
    this.settleFirst(
      new DriverError('bad-checksum', 'An answer of the debug server is damaged.', { context }),
    );
  }

  private arm(): void {
    this.cancelTimer();
    this.cancelTimer = () => undefined;
    const [question] = this.questions;
    if (question === undefined) return;
    const { name, timeoutMs } = question;
    this.cancelTimer = afterSilence(timeoutMs, () => {
      const context = { packet: name, timeoutMs };
      this.settleFirst(new DriverError('no-answer', 'The debug server did not answer in time.', { context }));
    });
  }

  private settleFirst(error: DriverError): void {
    this.questions.shift()?.reject(error);
    this.arm();
  }

  private fail(error: Error): void {
    this.gone ??= error;
    this.cancelTimer();
    for (const question of this.questions.splice(0)) question.reject(this.gone);
  }
}
