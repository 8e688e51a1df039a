import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import { EXECUTION_MS, KIT, KIT_RATE, STATUS, STATUS_TEXT, WAKE_ANSWER, WATCHDOG_MS } from './constants.ts';
import { KitLink } from './kit-link.ts';
import { commandPacket, contentOf, type Command } from './packet.ts';

/** Boards have a handful of sockets (CryptoAuthLib: KIT_MAX_SCAN_COUNT). */
const MOST_DEVICES = 8;
/** A command that came through broken, or that met a fault of the arithmetic, was not carried out: it is sent again. */
const TRIES = 3;
const PART = 'ECC608';

/** One ATECC608 on a kit board. Every method rejects with DriverError; one runs at a time. */
export class AteccClient {
  private readonly link: KitLink;
  private awakeSince: number | null = null;

  private constructor(link: KitLink) {
    this.link = link;
  }

  /** Finds the part on the board and selects it. Rejects with `no-answer`, `wrong-chip` and `device-error`. */
  static async connect(transport: Transport): Promise<AteccClient> {
    if (transport.baudRate !== KIT_RATE) await transport.setBaudRate(KIT_RATE);
    const link = new KitLink(transport);
    try {
      const address = await find(link);
      const hex = address.toString(16).toUpperCase().padStart(2, '0');
      expectKit(await link.ask(`E:physical:select(${hex})`, 8), 'select');
      return new AteccClient(link);
    } catch (error) {
      link.close();
      throw error;
    }
  }

  /** Bytes that belonged to no answer. */
  get discarded(): number {
    return this.link.discarded;
  }

  /**
   * Runs a command whose answer is `answerBytes` long; one byte: its status. Sent again only where the chip says that it
   * did nothing, or, for one that is `repeatable`, where the answer came through broken.
   */
  async run(command: Command, answerBytes: number, repeatable = true): Promise<Uint8Array> {
    for (let attempt = 1; ; attempt += 1) {
      const content = await this.attempt(command, answerBytes);
      if (content === null) {
        if (repeatable && attempt < TRIES) continue;
        throw new DriverError('bad-checksum', 'The answer of the chip came through broken.', {
          context: { command: nameOf(command), tries: attempt },
        });
      }
      if (content.length === answerBytes && (answerBytes > 1 || content[0] === STATUS.success))
        return content;
      const status = statusOf(content, command);
      if (await this.mayGoOn(status, attempt)) continue;
      throw new DriverError('device-error', STATUS_TEXT[status] ?? 'The chip answered with an error.', {
        context: { command: nameOf(command), status },
      });
    }
  }

  /** Awake for at least that long, with what TempKey holds kept: a wake after idle starts the watchdog anew. */
  async wake(forMs: number): Promise<void> {
    if (this.awakeSince !== null) {
      if (performance.now() - this.awakeSince + forMs < WATCHDOG_MS) return;
      await this.idle();
    }
    const answer = await this.link.ask('E:w()', 13);
    const data = expectKit(answer, 'wake');
    if (!Buffer.from(data).equals(WAKE_ANSWER))
      throw new DriverError('bad-frame', 'The chip does not answer the wake as the document says.', {
        context: { bytes: Buffer.from(data).toString('hex') },
      });
    this.awakeSince = performance.now();
  }

  /** Puts the chip to rest between two operations; what it remembers stays. */
  async idle(): Promise<void> {
    this.awakeSince = null;
    expectKit(await this.link.ask('E:i()', 5), 'idle');
  }

  /** Puts the chip to sleep: TempKey and the digest buffer are forgotten. */
  async sleep(): Promise<void> {
    this.awakeSince = null;
    expectKit(await this.link.ask('E:s()', 5), 'sleep');
  }

  close(): void {
    this.link.close();
  }

  private async attempt(command: Command, answerBytes: number): Promise<Uint8Array | null> {
    const chipMs = EXECUTION_MS[command.op] ?? 0;
    await this.wake(chipMs);
    const hex = Buffer.from(commandPacket(command)).toString('hex').toUpperCase();
    const answer = await this.link.ask(`E:t(${hex})`, 2 * (answerBytes + 3) + 5, chipMs);
    return contentOf(expectKit(answer, nameOf(command)));
  }

  private async mayGoOn(status: number, attempt: number): Promise<boolean> {
    if (attempt >= TRIES) return false;
    if (status === STATUS.watchdog) {
      await this.idle();
      return true;
    }
    // Asleep after all: what it was told woke it.
    return status === STATUS.communication || status === STATUS.eccFault || status === STATUS.afterWake;
  }
}

async function find(link: KitLink): Promise<number> {
  const seen: string[] = [];
  for (let index = 0; index < MOST_DEVICES; index += 1) {
    const answer = await link.ask(`board:device(0${index})`, 18);
    if (answer.type === 'device' && answer.name.toUpperCase().startsWith(PART)) return answer.address;
    if (answer.type === 'reply' && answer.status !== KIT.noDevice) expectKit(answer, 'device');
    if (answer.type !== 'device' || answer.name === 'no_device') break;
    seen.push(answer.name);
  }
  if (seen.length === 0)
    throw new DriverError('no-answer', 'The kit board answers, but no chip is on it.', { chip: 'untouched' });
  throw new DriverError('wrong-chip', 'The chip is not what the job is for.', {
    chip: 'untouched',
    context: { expected: PART, found: seen.join(' ') },
  });
}

function expectKit(answer: Awaited<ReturnType<KitLink['ask']>>, asked: string): Uint8Array {
  if (answer.type === 'reply' && answer.status === KIT.success) return answer.data;
  const status = answer.status;
  if (status === KIT.noAnswer || status === KIT.communication)
    throw new DriverError('no-answer', 'The kit board does not reach the chip.', {
      context: { asked, kitStatus: status },
    });
  throw new DriverError('device-error', 'The kit board refuses what it was asked.', {
    context: { asked, kitStatus: status },
  });
}

/** An answer of another length than the command has is a status, or nothing at all. */
function statusOf(content: Uint8Array, command: Command): number {
  const [status] = content;
  if (content.length === 1 && status !== undefined) return status;
  throw new DriverError('bad-frame', 'The answer of the chip is of another length than the command has.', {
    context: { command: nameOf(command), bytes: content.length },
  });
}

const nameOf = ({ op }: Command): string => `0x${op.toString(16).padStart(2, '0')}`;
