import { DriverError } from '#drivers/core/errors.ts';
import type { Transport } from '#drivers/core/link.ts';
import {
  ANSWER_MS,
  BLOCK_BYTES,
  COMMAND,
  ERASE_MS_PER_MB,
  ERROR,
  MD5_CHARACTERS,
  MD5_MS_PER_MB,
  REGISTER_MS,
  SECURITY_INFO_BYTES,
  SLOW_READ_BYTES,
  SYNC_DATA,
  SYNC_MS,
  WRITE_MS_PER_MB,
} from './constants.ts';
import { encodeBlock, encodeRequest, words } from './frame.ts';
import { EspLink } from './link.ts';

/** Attempts to wake a ROM: the first ones may meet its start-up text. */
const SYNC_ATTEMPTS = 10;
/** A block whose checksum does not hold was not taken: it may be sent again. */
const BLOCK_ATTEMPTS = 3;
/** Deflate gains at most 1032 to 1: what one block can make the ROM write. */
const MOST_FROM_A_BLOCK = BLOCK_BYTES * 1032;

interface SecurityInfo {
  flags: number;
  flashCryptCount: number;
  keyPurposes: number[];
  chipId: number;
}

/** A compressed run that the ROM writes: whole sectors of flash from `address` on. */
interface DeflatedRun {
  address: number;
  /** Bytes of flash it fills. */
  length: number;
  compressed: Uint8Array;
}

const scaled = (perMegabyte: number, bytes: number): number =>
  Math.max(ANSWER_MS, (perMegabyte * bytes) / 1e6);

/** The ROM loader of one chip over one open transport: one method per command, one command at a time. */
export class EspRomClient {
  private readonly link: EspLink;

  private constructor(link: EspLink) {
    this.link = link;
  }

  /** Sends sync until it is answered; the chip measures the rate on it. Rejects with `no-answer`. */
  static async connect(transport: Transport, signal: AbortSignal): Promise<EspRomClient> {
    const client = new EspRomClient(new EspLink(transport));
    try {
      await client.sync(signal);
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  get baudRate(): number {
    return this.link.transport.baudRate;
  }

  /** Bytes that were part of no answer. */
  get discarded(): number {
    return this.link.discarded;
  }

  async readRegister(address: number): Promise<number> {
    return (await this.ask(COMMAND.readRegister, words(address), REGISTER_MS)).value;
  }

  /** `idle`: a register that bears being written; the ROM waits behind that write before it answers. */
  async writeRegister(
    address: number,
    value: number,
    idle?: { register: number; microseconds: number },
  ): Promise<void> {
    const excuse = idle === undefined ? [] : [idle.register, 0, 0, idle.microseconds];
    await this.ask(COMMAND.writeRegister, words(address, value, 0xffffffff, 0, ...excuse), REGISTER_MS);
  }

  /** Connects the flash at the pins that the chip is fused for. */
  async attachFlash(): Promise<void> {
    await this.ask(COMMAND.spiAttach, words(0, 0));
  }

  /** Sizes as esptool's `flash_set_parameters` sends them: blocks of 64 KiB, sectors of 4 KiB, pages of 256 bytes. */
  async setFlashSize(bytes: number): Promise<void> {
    await this.ask(COMMAND.spiSetParameters, words(0, bytes, 0x10000, 0x1000, 0x100, 0xffff));
  }

  async securityInfo(): Promise<SecurityInfo> {
    const request = encodeRequest(COMMAND.securityInfo, new Uint8Array(0));
    const { data } = await this.link.exchange(request, COMMAND.securityInfo, ANSWER_MS, SECURITY_INFO_BYTES);
    const bytes = Buffer.from(data);
    return {
      flags: bytes.readUInt32LE(0),
      flashCryptCount: bytes[4] ?? 0,
      keyPurposes: [...bytes.subarray(5, 12)],
      chipId: bytes.readUInt32LE(12),
    };
  }

  /** 1 to 64 bytes of flash. */
  async readFlash(address: number, length: number): Promise<Uint8Array> {
    const request = encodeRequest(COMMAND.readFlashSlow, words(address, length));
    const answer = await this.link.exchange(request, COMMAND.readFlashSlow, ANSWER_MS, SLOW_READ_BYTES);
    return answer.data.subarray(0, length);
  }

  /** MD5 of flash, lower-case hex. */
  async flashMd5(address: number, length: number): Promise<string> {
    const request = encodeRequest(COMMAND.flashMd5, words(address, length, 0, 0));
    const timeout = scaled(MD5_MS_PER_MB, length);
    const { data } = await this.link.exchange(request, COMMAND.flashMd5, timeout, MD5_CHARACTERS);
    return Buffer.from(data.subarray(0, MD5_CHARACTERS)).toString('latin1').toLowerCase();
  }

  /** Erases `length` bytes from a sector's start on; nothing need be written after it. */
  async erase(address: number, length: number, extended: boolean): Promise<void> {
    await this.begin(COMMAND.flashBegin, { address, length, blocks: 0, extended });
  }

  /**
   * Erases and writes one run. The next block is made ready while one is on the wire. `extended`: the ROM takes a fifth
   * word (all but that of the ESP32), zero for a write that is not encrypted. `written` hears of each block, and may
   * throw to stop between two.
   */
  async writeDeflated(run: DeflatedRun, extended: boolean, written: (bytes: number) => void): Promise<void> {
    const { address, length, compressed } = run;
    const blocks = Math.ceil(compressed.length / BLOCK_BYTES);
    await this.begin(COMMAND.deflateBegin, { address, length, blocks, extended });
    const block = (index: number): Uint8Array =>
      compressed.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
    const timeout = scaled(WRITE_MS_PER_MB, Math.min(length, MOST_FROM_A_BLOCK));
    let next = encodeBlock(COMMAND.deflateData, block(0), 0);
    for (let index = 0; index < blocks; index += 1) {
      const sent = this.sendBlock(next, timeout);
      if (index + 1 < blocks) next = encodeBlock(COMMAND.deflateData, block(index + 1), index + 1);
      await sent;
      written(Math.min((index + 1) * BLOCK_BYTES, compressed.length));
    }
  }

  /** Chip first, then the port, then sync: whether both agree. Rejects where they do not; the chip must be reset then. */
  async changeBaudRate(rate: number, signal: AbortSignal, askedOfChip = rate): Promise<void> {
    await this.ask(COMMAND.changeBaudRate, words(askedOfChip, 0));
    await this.link.transport.setBaudRate(rate);
    await this.sync(signal);
  }

  close(): void {
    this.link.close();
  }

  private async sync(signal: AbortSignal): Promise<void> {
    const request = encodeRequest(COMMAND.sync, SYNC_DATA);
    for (let attempt = 0; attempt < SYNC_ATTEMPTS; attempt += 1) {
      if (signal.aborted) throw new DriverError('cancelled', 'The operation was cancelled.');
      try {
        await this.link.exchange(request, COMMAND.sync, SYNC_MS);
        return;
      } catch (error) {
        if (!(error instanceof DriverError) || error.code !== 'no-answer') throw error;
      }
    }
    throw new DriverError('no-answer', 'The ROM loader does not answer to sync.', {
      context: { attempts: SYNC_ATTEMPTS, baudRate: this.baudRate, discardedBytes: this.discarded },
    });
  }

  private ask(command: number, data: Uint8Array, timeoutMs = ANSWER_MS): ReturnType<EspLink['exchange']> {
    return this.link.exchange(encodeRequest(command, data), command, timeoutMs);
  }

  /** The ROM erases in its answer to a begin. */
  private async begin(
    command: number,
    run: { address: number; length: number; blocks: number; extended: boolean },
  ): Promise<void> {
    const { address, length, blocks, extended } = run;
    const data = words(length, blocks, BLOCK_BYTES, address, ...(extended ? [0] : []));
    await this.link.exchange(encodeRequest(command, data), command, scaled(ERASE_MS_PER_MB, length));
  }

  private async sendBlock(request: Uint8Array, timeoutMs: number): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.link.exchange(request, COMMAND.deflateData, timeoutMs);
        return;
      } catch (error) {
        if (attempt === BLOCK_ATTEMPTS || !isChecksumRefusal(error)) throw error;
      }
    }
  }
}

const isChecksumRefusal = (error: unknown): boolean =>
  error instanceof DriverError &&
  error.code === 'device-error' &&
  error.context['error'] === ERROR.invalidCrc;
