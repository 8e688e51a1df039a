import { DriverError } from '#drivers/core/errors.ts';
import { lineEchoes } from '#drivers/core/line-echo.ts';
import type { Transport } from '#drivers/core/link.ts';
import {
  ANSWER_MS,
  COMMAND,
  KEY_MS,
  KEY_OPERATION,
  PACKET,
  PAGE_MS,
  PING_MS,
  PROPERTY,
  RESPONSE,
  STATUS,
} from './constants.ts';
import { commandFrame, framePacket, parseCommand, shortPacket } from './frame.ts';
import { NxpLink } from './link.ts';

/** Pings at one baud rate: one lost byte must not cost a rate. */
const PINGS = 3;
const PAGE = 512;
const EMPTY = new Uint8Array(0);

export interface DataPhase {
  signal: AbortSignal;
  /** Called after each data packet with how many bytes are done. */
  progress?(done: number): void;
}

/**
 * The boot loader of one chip over one open transport: one method per command, one command at a time. A refusal is
 * `device-error` with command and status in the context.
 */
export class NxpBootClient {
  private readonly link: NxpLink;
  private packetBytes = 32;

  private constructor(link: NxpLink) {
    this.link = link;
  }

  /** Pings until it is answered: the chip finds the baud rate on the ping. Null where nothing answers at this rate. */
  static async connect(transport: Transport, signal: AbortSignal): Promise<NxpBootClient | null> {
    const link = new NxpLink(transport);
    try {
      for (let attempt = 0; attempt < PINGS; attempt += 1) {
        if (signal.aborted) throw cancelled(signal);
        if (!(await pinged(link))) continue;
        const client = new NxpBootClient(link);
        const [packetBytes] = await client.property(PROPERTY.maxPacketSize);
        client.packetBytes = packetBytes ?? client.packetBytes;
        return client;
      }
    } catch (error) {
      link.close();
      throw error;
    }
    link.close();
    return null;
  }

  get baudRate(): number {
    return this.link.transport.baudRate;
  }

  /** Values of a property, 32 bits each. Rejects with `device-error` for one that the chip does not have. */
  async property(tag: number): Promise<number[]> {
    const values = await this.ask(COMMAND.getProperty, [tag, 0], RESPONSE.getProperty);
    return values.slice(1);
  }

  /** Whole flash pages. */
  async eraseRegion(address: number, length: number): Promise<void> {
    await this.ask(COMMAND.eraseRegion, [address, length, 0], RESPONSE.generic, pagesMs(length));
  }

  /** All of the program flash, not the protected flash region with its key store. */
  async eraseAll(flashBytes: number): Promise<void> {
    await this.ask(COMMAND.eraseAll, [0], RESPONSE.generic, pagesMs(flashBytes));
  }

  async write(address: number, bytes: Uint8Array, phase: DataPhase): Promise<void> {
    await this.ask(COMMAND.writeMemory, [address, bytes.length, 0], RESPONSE.generic, ANSWER_MS, true);
    await this.sendData(COMMAND.writeMemory, bytes, phase);
  }

  async read(address: number, length: number, phase?: DataPhase): Promise<Uint8Array> {
    const answer = await this.ask(COMMAND.readMemory, [address, length, 0], RESPONSE.readMemory);
    return this.receiveData(COMMAND.readMemory, answer[1] ?? 0, phase);
  }

  /** Answered before the chip resets. */
  async reset(): Promise<void> {
    await this.ask(COMMAND.reset, [], RESPONSE.generic);
  }

  /** Starts the PUF anew: a new activation code, and with it a new root key. In RAM until `writeNonVolatile`. */
  async enroll(): Promise<void> {
    await this.provision([KEY_OPERATION.enroll]);
  }

  /** A key in clear over the wire; the chip keeps its key code only. */
  async setUserKey(type: number, key: Uint8Array, phase: DataPhase): Promise<void> {
    await this.provision([KEY_OPERATION.setUserKey, type, key.length], true);
    await this.sendData(COMMAND.keyProvisioning, key, phase);
  }

  /** A key that the chip makes and nobody ever sees, of that many bytes. */
  async setIntrinsicKey(type: number, bytes: number): Promise<void> {
    await this.provision([KEY_OPERATION.setIntrinsicKey, type, bytes]);
  }

  /** `memory` 0: the protected flash region. */
  async writeNonVolatile(memory = 0): Promise<void> {
    await this.provision([KEY_OPERATION.writeNonVolatile, memory]);
  }

  async readNonVolatile(memory = 0): Promise<void> {
    await this.provision([KEY_OPERATION.readNonVolatile, memory]);
  }

  /** Activation code and key codes into the chip's RAM; `writeNonVolatile` keeps them. */
  async writeKeyStore(bytes: Uint8Array, phase: DataPhase): Promise<void> {
    await this.provision([KEY_OPERATION.writeKeyStore, 0, bytes.length], true);
    await this.sendData(COMMAND.keyProvisioning, bytes, phase);
  }

  /** The key store in the chip's RAM: activation code and key codes, no key among them. */
  async readKeyStore(): Promise<Uint8Array> {
    const parameters = [KEY_OPERATION.readKeyStore];
    const answer = await this.ask(COMMAND.keyProvisioning, parameters, RESPONSE.keyProvisioning, KEY_MS);
    return this.receiveData(COMMAND.keyProvisioning, answer[1] ?? 0);
  }

  close(): void {
    this.link.close();
  }

  private async provision(parameters: readonly number[], hasData = false): Promise<void> {
    await this.ask(COMMAND.keyProvisioning, parameters, RESPONSE.generic, KEY_MS, hasData);
  }

  private async ask(
    tag: number,
    parameters: readonly number[],
    expected: number,
    workMs = ANSWER_MS,
    hasData = false,
  ): Promise<readonly number[]> {
    await this.link.deliver(commandFrame({ tag, hasData, parameters }), ANSWER_MS);
    const values = await this.response(tag, expected, workMs);
    return values;
  }

  /** Parameters of the answer, status first. A refusal of any command is a generic response or has a status of its own. */
  private async response(tag: number, expected: number, workMs: number): Promise<readonly number[]> {
    const payload = await this.link.packet('command', workMs + this.link.wireMs(64));
    const answer = parseCommand(payload);
    const [status] = answer?.parameters ?? [];
    if (answer === null || status === undefined)
      throw new DriverError('bad-frame', 'The answer is no command packet.', { context: { command: tag } });
    if (status !== STATUS.success) throw refusal(tag, status);
    if (answer.tag !== expected)
      throw new DriverError('bad-frame', 'The answer is to another command.', {
        context: { command: tag, answer: answer.tag },
      });
    return answer.parameters;
  }

  /** Each packet is acknowledged before the next goes out; the next is ready by then. */
  private async sendData(tag: number, bytes: Uint8Array, phase: DataPhase): Promise<void> {
    const { signal } = phase;
    let frame = this.dataFrame(bytes, 0);
    for (let done = 0; done < bytes.length;) {
      if (signal.aborted) return this.giveUp(tag, signal);
      const sent = frame;
      const delivered = this.link.deliver(sent, ANSWER_MS);
      const next = Math.min(bytes.length, done + this.packetBytes);
      frame = this.dataFrame(bytes, next);
      // A key may be in it.
      if ((await delivered.finally(() => sent.fill(0))) === 'abort') break;
      done = next;
      phase.progress?.(done);
    }
    await this.response(tag, RESPONSE.generic, KEY_MS);
  }

  private dataFrame(bytes: Uint8Array, from: number): Uint8Array {
    return framePacket(PACKET.data, bytes.subarray(from, from + this.packetBytes));
  }

  /** A data packet of no bytes ends the data phase (KL27 reference manual, 13.3.6.2); the chip then says its status. */
  private async giveUp(tag: number, signal: AbortSignal): Promise<never> {
    await this.link.deliver(framePacket(PACKET.data, EMPTY), ANSWER_MS);
    await this.response(tag, RESPONSE.generic, KEY_MS).catch((error: unknown) => {
      if (!(error instanceof DriverError) || error.code !== 'device-error') throw error;
    });
    throw cancelled(signal);
  }

  /** Data packets up to the generic response; the chip ends early with a packet of no bytes and says why. */
  private async receiveData(tag: number, length: number, phase?: DataPhase): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const packet = await this.link.packet('data', ANSWER_MS + this.link.wireMs(this.packetBytes + 16));
      if (packet.length === 0) break;
      if (done + packet.length > length)
        throw new DriverError('bad-frame', 'The chip sent more than it announced.', { context: { length } });
      bytes.set(packet, done);
      done += packet.length;
      phase?.progress?.(done);
    }
    await this.response(tag, RESPONSE.generic, ANSWER_MS);
    if (done === length) return bytes;
    throw new DriverError('bad-frame', 'The chip sent less than it announced.', {
      context: { length, done },
    });
  }
}

const pagesMs = (bytes: number): number => ANSWER_MS + Math.ceil(bytes / PAGE) * PAGE_MS;

const cancelled = (signal: AbortSignal): DriverError =>
  new DriverError('cancelled', 'The operation was cancelled.', { cause: signal.reason });

const refusal = (command: number, status: number): DriverError =>
  new DriverError('device-error', 'The chip refused the command.', {
    context: { command: `0x${command.toString(16).padStart(2, '0')}`, status },
  });

/** Pongs to an earlier ping may still come: any is as good. */
async function pinged(link: NxpLink): Promise<boolean> {
  link.clear();
  await link.send(shortPacket(PACKET.ping));
  try {
    for (let echoed = false; ;) {
      const { type } = await link.next(PING_MS);
      if (type === 'pong' && echoed) throw lineEchoes(link.transport.path);
      if (type === 'pong') return true;
      echoed ||= type === 'ping';
    }
  } catch (error) {
    if (error instanceof DriverError && error.code === 'no-answer') return false;
    throw error;
  }
}
