import type { z } from 'zod';
import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { SmpClient } from '#drivers/protocols/smp/client.ts';
import { SmpGroup, SmpOp } from '#drivers/protocols/smp/constants.ts';
import {
  CHUNK_OVERHEAD,
  EnrolmentCommand,
  enrolmentError,
  speedResponse,
} from '#drivers/protocols/smp/enrolment.ts';

export interface AskOptions {
  timeoutMs?: number;
  attempts?: number;
}

/** First pause before the firmware is asked again after a reset, ms; a start with a rebuilt seed takes longer than one. */
const READY_INTERVAL_MS = 250;
const READY_ATTEMPTS = 20;

/** Commands of the enrolment group with checked answers; knows the agent's buffer size. */
export class AgentLink {
  readonly #transport: Transport;
  readonly #client: SmpClient;
  #chunkBytes: number | null = null;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#client = new SmpClient(transport);
  }

  /** Resolves as soon as the firmware echoes. Rejects with `no-answer` after 5 s of silence. */
  async ready(signal: AbortSignal): Promise<void> {
    await this.#client.echo('rootline', { signal, timeoutMs: READY_INTERVAL_MS, attempts: READY_ATTEMPTS });
  }

  async chunkBytes(signal: AbortSignal): Promise<number> {
    this.#chunkBytes ??= (await this.#client.parameters({ signal })).bufferBytes - CHUNK_OVERHEAD;
    if (this.#chunkBytes < 1)
      throw new DriverError('unsupported', 'The agent has too small a packet buffer.', {
        context: { chunkBytes: this.#chunkBytes },
      });
    return this.#chunkBytes;
  }

  /** Raises the baud rate to what the agent offers; the agent answers at the old rate and switches then. */
  async speedUp(maxBaudRate: number, signal: AbortSignal): Promise<void> {
    if (maxBaudRate <= this.#transport.baudRate) return;
    const map = { baud: maxBaudRate };
    const { baud } = await this.ask(SmpOp.write, EnrolmentCommand.speed, map, speedResponse, signal);
    await this.#transport.setBaudRate(baud);
    await this.ready(signal);
  }

  async ask<T>(
    op: typeof SmpOp.read | typeof SmpOp.write,
    command: number,
    map: SmpMap,
    answer: z.ZodType<T>,
    signal: AbortSignal,
    options: AskOptions = {},
  ): Promise<T> {
    const request = { op, group: SmpGroup.enrolment, command, map, signal, ...options };
    const given = await this.#client.request(request).catch((error: unknown) => {
      throw enrolmentError(error);
    });
    const parsed = answer.safeParse(given);
    if (parsed.success) return parsed.data;
    const field = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new DriverError('bad-frame', 'The agent answered with a field missing or of the wrong kind.', {
      context: { command, field },
      cause: parsed.error,
    });
  }

  close(): void {
    this.#client.close();
  }
}
