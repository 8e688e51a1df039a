import { ByteLink } from '#drivers/core/byte-link.ts';
import { DriverError } from '#drivers/core/errors.ts';
import { lineEchoes } from '#drivers/core/line-echo.ts';
import type { Transport } from '#drivers/core/link.ts';
import {
  ACK,
  ANSWER_MS,
  BITS_PER_BYTE,
  BLOCK_MS,
  COMMAND,
  MASS_ERASE,
  MASS_ERASE_MS,
  NACK,
  PAGE_ERASE_MS,
  SYNC,
  SYNC_MS,
} from './constants.ts';
import { addressBytes, blockBytes, commandBytes, lengthBytes, pagesBytes, specialErase } from './writer.ts';

/** Attempts to wake a boot loader: one lost byte must not cost a part. */
const SYNC_ATTEMPTS = 8;

export interface BootVersion {
  /** BCD as the chip gives it: 0x31 is 3.1. */
  version: number;
  commands: readonly number[];
}

/**
 * The boot loader of one chip over one open transport: one method per command, one command at a time. A refusal is
 * `device-error` with command and step in the context; a protected part refuses with the same byte, which the target
 * tells apart.
 */
export class Stm32BootClient {
  private readonly link: ByteLink;

  private constructor(link: ByteLink) {
    this.link = link;
  }

  /**
   * Sends the sync byte until it is answered. A boot loader that is awake takes it for half a command and refuses the
   * next one: that refusal is as good an answer. Rejects with `no-answer`, `line-echoes`.
   */
  static async connect(transport: Transport, signal: AbortSignal): Promise<Stm32BootClient> {
    const link = new ByteLink(transport);
    try {
      for (let attempt = 0; attempt < SYNC_ATTEMPTS; attempt += 1) {
        if (signal.aborted) throw new DriverError('cancelled', 'The operation was cancelled.');
        if (await synchronised(link)) return new Stm32BootClient(link);
      }
      throw new DriverError('no-answer', 'The boot loader does not answer the sync byte.', {
        context: { attempts: SYNC_ATTEMPTS, baudRate: transport.baudRate },
      });
    } catch (error) {
      link.close();
      throw error;
    }
  }

  get baudRate(): number {
    return this.link.transport.baudRate;
  }

  async get(): Promise<BootVersion> {
    const bytes = await this.list(COMMAND.get);
    return { version: bytes[0] ?? 0, commands: [...bytes.subarray(1)] };
  }

  /** Product id, PID. */
  async id(): Promise<number> {
    return [...(await this.list(COMMAND.id))].reduce((id, byte) => id * 256 + byte, 0);
  }

  /** 1 to 256 bytes. */
  async read(address: number, length: number): Promise<Uint8Array> {
    await this.step(COMMAND.read, commandBytes(COMMAND.read), ANSWER_MS);
    await this.step(COMMAND.read, addressBytes(address), ANSWER_MS);
    await this.step(COMMAND.read, lengthBytes(length), ANSWER_MS);
    return this.link.take(length, ANSWER_MS + this.wireMs(length));
  }

  /** 1 to 256 bytes, length and address a multiple of four. */
  async write(address: number, data: Uint8Array): Promise<void> {
    await this.step(COMMAND.write, commandBytes(COMMAND.write), ANSWER_MS);
    await this.step(COMMAND.write, addressBytes(address), ANSWER_MS);
    await this.step(COMMAND.write, blockBytes(data), BLOCK_MS + this.wireMs(data.length));
  }

  async massErase(): Promise<void> {
    await this.step(COMMAND.extendedErase, commandBytes(COMMAND.extendedErase), ANSWER_MS);
    await this.step(COMMAND.extendedErase, specialErase(MASS_ERASE), MASS_ERASE_MS);
  }

  async erasePages(pages: readonly number[]): Promise<void> {
    await this.step(COMMAND.extendedErase, commandBytes(COMMAND.extendedErase), ANSWER_MS);
    await this.step(COMMAND.extendedErase, pagesBytes(pages), PAGE_ERASE_MS * pages.length);
  }

  /** The chip resets itself afterwards: a new `connect` is needed. */
  async readoutProtect(): Promise<void> {
    await this.step(COMMAND.readoutProtect, commandBytes(COMMAND.readoutProtect), ANSWER_MS);
    await this.acknowledge(COMMAND.readoutProtect, MASS_ERASE_MS);
  }

  /** Erases all of the flash first, then resets: a new `connect` is needed. */
  async readoutUnprotect(): Promise<void> {
    await this.step(COMMAND.readoutUnprotect, commandBytes(COMMAND.readoutUnprotect), ANSWER_MS);
    await this.acknowledge(COMMAND.readoutUnprotect, MASS_ERASE_MS);
  }

  async go(address: number): Promise<void> {
    await this.step(COMMAND.go, commandBytes(COMMAND.go), ANSWER_MS);
    await this.step(COMMAND.go, addressBytes(address), ANSWER_MS);
  }

  close(): void {
    this.link.close();
  }

  /** An answer that says its own length first: N - 1, N bytes, then an acknowledgement. */
  private async list(command: number): Promise<Uint8Array> {
    await this.step(command, commandBytes(command), ANSWER_MS);
    const [head = 0] = await this.link.take(1, ANSWER_MS);
    const bytes = await this.link.take(head + 1, ANSWER_MS + this.wireMs(head + 1));
    await this.acknowledge(command, ANSWER_MS);
    return bytes;
  }

  private async step(command: number, bytes: Uint8Array, timeoutMs: number): Promise<void> {
    await this.link.send(bytes);
    await this.acknowledge(command, timeoutMs + this.wireMs(bytes.length));
  }

  private async acknowledge(command: number, timeoutMs: number): Promise<void> {
    const [answer] = await this.link.take(1, timeoutMs);
    if (answer === ACK) return;
    const context = { command: `0x${command.toString(16)}`, answer: answer ?? -1 };
    if (answer === NACK) throw new DriverError('device-error', 'The chip refused the command.', { context });
    throw new DriverError('bad-frame', 'The chip answered with a byte that is no acknowledgement.', {
      context,
    });
  }

  private wireMs(bytes: number): number {
    return (bytes * BITS_PER_BYTE * 1000) / this.baudRate;
  }
}

const answerByte = async (link: ByteLink): Promise<number | undefined> => (await link.take(1, SYNC_MS))[0];
const isAnswer = (byte: number | undefined): boolean => byte === ACK || byte === NACK;

async function synchronised(link: ByteLink): Promise<boolean> {
  link.clear();
  await link.send(Uint8Array.of(SYNC));
  try {
    const first = await answerByte(link);
    if (first !== SYNC) return isAnswer(first);
    if (isAnswer(await answerByte(link))) throw lineEchoes(link.transport.path);
    return false;
  } catch (error) {
    if (error instanceof DriverError && error.code === 'no-answer') return false;
    throw error;
  }
}
