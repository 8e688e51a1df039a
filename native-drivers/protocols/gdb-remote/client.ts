import { DriverError } from '#drivers/core/errors.ts';
import { lineEchoes } from '#drivers/core/line-echo.ts';
import type { Transport } from '#drivers/core/link.ts';
import {
  ANSWER_MS,
  CONNECT_ATTEMPTS,
  CONNECT_MS,
  DEFAULT_PACKET_BYTES,
  ERASE_MS,
  FLASH_WRITE_MS,
  FRAME_BYTES,
  MONITOR_MS,
  MOST_MONITOR_BYTES,
  MOST_PACKET_BYTES,
  WINDOW,
} from './constants.ts';
import { outputOf, PacketLink, type Verdict } from './link.ts';
import { parseMemoryMap, type MapRegion } from './memory-map.ts';
import { escapeInto, hexBytes, hexOf, textBytes, textOf } from './writer.ts';

export interface MonitorAnswer {
  text: string;
  /**
   * `ok`: done. `text`: the last answer is text, which the manual takes for success (OpenOCD) and a Black Magic probe says
   * of a failure. `failed`: an error, or a server that knows no such command.
   */
  end: 'ok' | 'text' | 'failed';
}

/** Room for the longest head of a packet with numbers: `vFlashWrite:` and eight digits and a colon; `M` with a comma is shorter. */
const HEAD_BYTES = 24;
const REPLIES_OF_A_MAP = 256;
const HELLO = 'qSupported:swbreak+';

/**
 * The debug server behind one open transport: one method per packet. A refusal is `device-error` with packet and
 * status in the context, a packet that the server does not know is `unsupported`.
 */
export class GdbRemoteClient {
  /** For a server that answers zeros for memory which it cannot read: rejects for such memory. */
  confirmZeros: ((address: number, length: number) => Promise<void>) | null = null;
  private readonly link: PacketLink;
  private features: ReadonlyMap<string, string> = new Map();
  private map: Promise<readonly MapRegion[]> | null = null;

  private constructor(link: PacketLink) {
    this.link = link;
  }

  /** Agrees on what both can do. Sends the same question again while it is not answered: it changes nothing. */
  static async connect(transport: Transport, signal: AbortSignal): Promise<GdbRemoteClient> {
    const link = new PacketLink(transport);
    const client = new GdbRemoteClient(link);
    try {
      for (let attempt = 1; ; attempt += 1) {
        if (signal.aborted) throw new DriverError('cancelled', 'The operation was cancelled.');
        if (await client.agree(attempt === CONNECT_ATTEMPTS)) break;
        link.interrupt();
      }
      await client.stopAcknowledging();
      return client;
    } catch (error) {
      link.close();
      throw error;
    }
  }

  /** Packets that may be under way at once. A stub that waits for `+` would take the next packet for a bad one. */
  get window(): number {
    return this.link.acknowledges ? 1 : WINDOW;
  }

  get discarded(): number {
    return this.link.parser.discarded;
  }

  get strays(): number {
    return this.link.strays;
  }

  /** Bytes that one `read` may ask for: two hex digits each. A multiple of eight, as buses read words. */
  get mostRead(): number {
    return Math.floor((this.packetBytes - FRAME_BYTES) / 2 / 8) * 8;
  }

  /** Bytes that one `writeMemory` may take. */
  get mostWrite(): number {
    return Math.floor((this.packetBytes - FRAME_BYTES - HEAD_BYTES) / 2 / 8) * 8;
  }

  /** A question in plain text; its answer as it is. */
  async ask(text: string, timeoutMs = ANSWER_MS): Promise<string> {
    return textOf(await this.link.ask(textBytes(text), timeoutMs));
  }

  /** A command that is answered by `OK`. */
  async order(text: string, timeoutMs = ANSWER_MS): Promise<void> {
    expectOk(text, await this.ask(text, timeoutMs));
  }

  /** A question that a stop reply answers: `?`, `vAttach`, `vRun` (E.3). */
  async askStop(text: string, timeoutMs = ANSWER_MS): Promise<string> {
    return textOf(
      await this.link.ask(textBytes(text), timeoutMs, (answer) =>
        outputOf(answer) === null ? 'done' : 'stray',
      ),
    );
  }

  /** `qRcmd` (E.4): text for a person comes in between, hex in `O` packets; the last answer may be text too. */
  async monitor(command: string, timeoutMs = MONITOR_MS): Promise<MonitorAnswer> {
    let heard = '';
    const judge = (answer: Uint8Array): Verdict => {
      const part = outputOf(answer);
      if (part === null) return 'done';
      if (heard.length < MOST_MONITOR_BYTES) heard += part;
      return 'more';
    };
    const last = textOf(
      await this.link.ask(textBytes(`qRcmd,${hexOf(textBytes(command))}`), timeoutMs, judge),
    );
    const tail = last === 'OK' || last === '' ? null : hexBytes(last);
    if (tail !== null) return { text: heard + textOf(tail), end: 'text' };
    return { text: heard, end: last === 'OK' ? 'ok' : 'failed' };
  }

  /** Memory as the server sees it (`m`, E.2). Less than was asked for is `device-error`. */
  async read(address: number, length: number): Promise<Uint8Array> {
    const question = `m${hex(address)},${hex(length)}`;
    const answer = await this.ask(question);
    const bytes = hexBytes(answer);
    if (bytes?.length !== length || length === 0) throw refusal(question, answer);
    if (bytes.every((byte) => byte === 0)) await this.confirmZeros?.(address, length);
    return bytes;
  }

  async read32(address: number): Promise<number> {
    return Buffer.from(await this.read(address, 4)).readUInt32LE();
  }

  /** Memory, not flash (`M`, E.2). `OK` does not say that anything is there: read back. */
  writeMemory(address: number, bytes: Uint8Array): Promise<void> {
    return this.order(`M${hex(address)},${hex(bytes.length)}:${hexOf(bytes)}`);
  }

  /** CRC-32 of the server's own reading (`qCRC`, E.4): polynomial 04C11DB7, start FFFFFFFF, not reflected. Null: not known. */
  async crc(address: number, length: number): Promise<number | null> {
    const question = `qCRC:${hex(address)},${hex(length)}`;
    const answer = await this.ask(question, MONITOR_MS);
    if (answer === '') return null;
    const value = /^C([0-9a-fA-F]{1,8})$/.exec(answer)?.[1];
    if (value === undefined) throw refusal(question, answer);
    return Number.parseInt(value, 16);
  }

  /** Erases whole blocks of the memory map (`vFlashErase`, E.2). */
  flashErase(address: number, length: number): Promise<void> {
    return this.order(`vFlashErase:${hex(address)},${hex(length)}`, ERASE_MS);
  }

  /** Writes what fits into one packet (`vFlashWrite`); says how much that was. */
  flashWrite(address: number, bytes: Uint8Array): { taken: number; done: Promise<void> } {
    const head = textBytes(`vFlashWrite:${hex(address)}:`);
    const { escaped, taken } = escapeInto(bytes, this.packetBytes - FRAME_BYTES - head.length);
    const done = this.link
      .ask(Buffer.concat([head, escaped]), FLASH_WRITE_MS)
      .then((answer) => expectOk('vFlashWrite', textOf(answer)));
    return { taken, done };
  }

  /** A stub may hold all of it back until this (`vFlashDone`): only now it is written. */
  flashDone(): Promise<void> {
    return this.order('vFlashDone', MONITOR_MS);
  }

  /** Empty where the server offers no map (E.18). */
  memoryMap(): Promise<readonly MapRegion[]> {
    this.map ??= this.readMap();
    return this.map;
  }

  /** The map differs from part to part. */
  forgetMap(): void {
    this.map = null;
  }

  close(): void {
    this.link.close();
  }

  private get packetBytes(): number {
    const told = Number.parseInt(this.features.get('PacketSize') ?? '', 16);
    if (!Number.isInteger(told) || told < 64) return DEFAULT_PACKET_BYTES;
    return Math.min(told, MOST_PACKET_BYTES);
  }

  /** False: no answer, try again. Answers to older questions are passed over. */
  private async agree(last: boolean): Promise<boolean> {
    this.link.acknowledge();
    const judge = (answer: Uint8Array): Verdict =>
      textOf(answer) === HELLO || isHello(textOf(answer)) || answer.length === 0 ? 'done' : 'stray';
    try {
      const answer = textOf(await this.link.ask(textBytes(HELLO), CONNECT_MS, judge));
      if (answer === HELLO) throw lineEchoes(this.link.transport.path);
      this.features = featuresOf(answer);
      return true;
    } catch (error) {
      if (last || !(error instanceof DriverError) || error.code !== 'no-answer') throw error;
      return false;
    }
  }

  /** E.11 Packet Acknowledgment: only where the server offers it. */
  private async stopAcknowledging(): Promise<void> {
    if (this.features.get('QStartNoAckMode') !== '+') return;
    const question = 'QStartNoAckMode';
    // A server that was slow to say hello says it once for each time that it was asked.
    const judge = (answer: Uint8Array): Verdict => (isHello(textOf(answer)) ? 'stray' : 'done');
    expectOk(question, textOf(await this.link.ask(textBytes(question), ANSWER_MS, judge)));
    this.link.acknowledges = false;
  }

  private async readMap(): Promise<readonly MapRegion[]> {
    if (this.features.get('qXfer:memory-map:read') !== '+') return [];
    let xml = '';
    for (let reply = 0; reply < REPLIES_OF_A_MAP; reply += 1) {
      const question = `qXfer:memory-map:read::${hex(xml.length)},${hex(this.mostRead)}`;
      const answer = await this.ask(question);
      if (!/^[lm]/.test(answer)) throw refusal(question, answer);
      xml += answer.slice(1);
      if (answer.startsWith('l')) break;
    }
    return parseMemoryMap(xml);
  }
}

const isHello = (answer: string): boolean => answer.includes('PacketSize=');
const hex = (value: number): string => value.toString(16);

/** `name=value;name+;name-` (E.4, `qSupported`). */
function featuresOf(answer: string): ReadonlyMap<string, string> {
  return new Map(
    answer.split(';').map((feature): [string, string] => {
      const at = feature.indexOf('=');
      if (at >= 0) return [feature.slice(0, at), feature.slice(at + 1)];
      return [feature.slice(0, -1), feature.slice(-1)];
    }),
  );
}

function expectOk(question: string, answer: string): void {
  if (answer !== 'OK') throw refusal(question, answer);
}

function refusal(question: string, answer: string): DriverError {
  const packet = /^[a-zA-Z]+/.exec(question)?.[0] ?? '';
  if (answer === '')
    return new DriverError('unsupported', 'The debug server does not know this packet.', {
      context: { packet },
    });
  const status = answer.slice(0, 40);
  return new DriverError('device-error', 'The debug server refuses.', { context: { packet, status } });
}
