import { afterSilence } from '#drivers/core/after-silence.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import type { Frame, ParserEvent } from './frame.ts';
import { createFrameParser } from './parser.ts';
import type { FrameParser } from './parser.ts';
import { encodeFrame } from './writer.ts';
import { answers, commandName, throwIfError, type CommandNames } from './status.ts';

interface Waiting {
  command: number;
  resolve(frame: Frame): void;
  reject(error: unknown): void;
  cancel(): void;
  discardedBefore: number;
}

/**
 * ```
 * transport -> bytes -> parser -> frames -> the one exchange that waits
 * ```
 * One question at a time, as the protocol is. Answers to an earlier question, late after a time-out, are counted and
 * dropped: they never pass for the answer to the next one.
 */
export class FrameLink {
  readonly transport: Transport;
  private readonly parser: FrameParser = createFrameParser(['data']);
  private readonly removers: (() => void)[];
  private waiting: Waiting | null = null;
  private gone: Error | null = null;
  private late = 0;
  private readonly names: CommandNames | undefined;

  /** `names`: of the commands, where they are not those of RA. */
  constructor(transport: Transport, names?: CommandNames) {
    this.transport = transport;
    this.names = names;
    this.removers = [
      transport.onData((bytes) => this.take(this.parser.feed(bytes))),
      transport.onGone((error) => this.fail(error)),
    ];
  }

  /** Bytes that were no frame, and frames that nobody waited for. */
  get discarded(): { bytes: number; frames: number } {
    return { bytes: this.parser.discarded, frames: this.late };
  }

  /** Sends encoded bytes and resolves with the response to `command`; an error response throws. */
  async exchange(bytes: Uint8Array, command: number, timeoutMs: number): Promise<Frame> {
    const frame = await this.answer(bytes, command, timeoutMs);
    throwIfError(frame, command, this.names);
    return frame;
  }

  command(code: number, payload: Uint8Array, timeoutMs: number): Promise<Frame> {
    return this.exchange(encodeFrame('command', code, payload), code, timeoutMs);
  }

  close(): void {
    for (const remove of this.removers.splice(0)) remove();
    this.fail(new DriverError('cancelled', 'The connection was closed.'));
  }

  private answer(bytes: Uint8Array, command: number, timeoutMs: number): Promise<Frame> {
    return new Promise((resolve, reject) => {
      if (this.gone !== null) return reject(this.gone);
      const cancel = afterSilence(timeoutMs, () => this.expire(timeoutMs));
      this.waiting = { command, resolve, reject, cancel, discardedBefore: this.parser.discarded };
      this.transport.write(bytes).catch((error: unknown) => this.settle()?.reject(error));
    });
  }

  private take(events: ParserEvent[]): void {
    for (const event of events) {
      if (event.type === 'bad-checksum') this.settle()?.reject(badChecksum(event.code));
      else if (this.waiting !== null && answers(event.frame, this.waiting.command)) {
        this.settle()?.resolve(event.frame);
      } else this.late += 1;
    }
  }

  private expire(timeoutMs: number): void {
    this.take(this.parser.flush());
    const waiting = this.settle();
    if (waiting === null) return;
    const garbage = this.parser.discarded - waiting.discardedBefore;
    const context = { command: commandName(waiting.command, this.names), timeoutMs, discardedBytes: garbage };
    waiting.reject(
      garbage > 0
        ? new DriverError('bad-frame', 'The chip answered with bytes that are no frame.', { context })
        : new DriverError('no-answer', 'The chip did not answer in time.', { context }),
    );
  }

  private fail(error: Error): void {
    this.gone ??= error;
    this.settle()?.reject(error);
  }

  private settle(): Waiting | null {
    const waiting = this.waiting;
    waiting?.cancel();
    this.waiting = null;
    return waiting;
  }
}

function badChecksum(code: number): DriverError {
  return new DriverError('bad-checksum', 'A frame from the chip has a wrong checksum.', {
    context: { response: code },
  });
}

/** Cancels between two frames: a frame on the wire is always finished first. */
export function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new DriverError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
}
