import { ChipTime, type SerialHost, type SerialProgram } from '../chip/serial-chip.ts';
import { commands, type Command } from './commands.ts';
import type { NxpPart } from './part.ts';
import type { NxpSession } from './session.ts';
import { ACK, Ear, framed, NAK, PONG, type Heard } from './wire.ts';

const COMMAND = 0xa4;
const DATA = 0xa5;
const GENERIC = 0xa0;
const LOWEST_RATE = 9600;
const UNKNOWN_COMMAND = 10000;

/** The boot loader in the ROM of one part between two resets. */
export class NxpRom implements SerialProgram, NxpSession {
  readonly part: NxpPart;
  readonly host: SerialHost<NxpPart>;
  /** Of the command that is worked on, for faults that are meant for one. */
  command = 0;
  private readonly time: ChipTime<NxpPart>;
  private readonly ear: Ear;
  private readonly heard: Heard[] = [];
  private listening: ((packet: Heard) => void) | null = null;
  private synced = false;
  private stopped = false;

  constructor(host: SerialHost<NxpPart>) {
    this.host = host;
    this.part = host.part;
    this.part.reset();
    this.time = new ChipTime(host);
    this.ear = new Ear((bytes) => host.countDiscarded(bytes));
    void this.run();
  }

  receive(bytes: Uint8Array, at: number): void {
    for (const packet of this.ear.hear(bytes, at)) this.deliver(packet);
  }

  stop(): void {
    this.stopped = true;
  }

  busy(nanoseconds: number): Promise<void> {
    return this.time.busy(nanoseconds);
  }

  next(): Promise<Heard> {
    return new Promise((resolve) => {
      const listening = (packet: Heard): void => {
        this.time.heard(packet.at);
        resolve(packet);
      };
      const first = this.heard.shift();
      if (first === undefined) this.listening = listening;
      else listening(first);
    });
  }

  send(bytes: Uint8Array): void {
    if (!this.stopped) this.host.send(bytes, this.time.at);
  }

  respond(tag: number, status: number, ...values: number[]): Promise<boolean> {
    const hasData = tag !== GENERIC && tag !== 0xa7;
    const bytes = Buffer.alloc(4 + 4 * (1 + values.length));
    bytes.set([tag, hasData ? 1 : 0, 0, 1 + values.length]);
    [status, ...values].forEach((value, index) => bytes.writeUInt32LE(value >>> 0, 4 + index * 4));
    return this.exchange(framed(COMMAND, bytes));
  }

  /** KL27 reference manual, table "GenericResponse Parameters": status, then the command that it answers. */
  generic(status: number): Promise<boolean> {
    return this.respond(GENERIC, status, this.command);
  }

  sayData(bytes: Uint8Array): Promise<boolean> {
    return this.exchange(framed(DATA, bytes));
  }

  unread(packet: Heard): void {
    this.heard.unshift(packet);
  }

  private deliver(packet: Heard): void {
    if (!this.synced && !this.synchronise(packet)) return;
    const { listening } = this;
    this.listening = null;
    if (listening === null) this.heard.push(packet);
    else listening(packet);
  }

  /** The ping gives the rate; before it nothing is heard. */
  private synchronise({ type }: Heard): boolean {
    const rate = this.host.lineRate();
    if (type !== 'ping' || rate < LOWEST_RATE || rate > this.part.maxRate) {
      this.host.countDiscarded(2);
      return false;
    }
    this.host.setBaudRate(rate);
    this.synced = true;
    return true;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const packet = await this.next();
      if (packet.type === 'ping') this.send(PONG);
      else if (packet.type === 'broken') this.send(NAK);
      else if (packet.type === 'command') await this.obey(packet.payload);
    }
  }

  private async obey(payload: Buffer): Promise<void> {
    const { faults } = this.host;
    this.command = payload[0] ?? 0;
    if (faults.take('nak-frame', this.command) !== null) {
      this.send(NAK);
      return;
    }
    this.send(ACK);
    const refused = faults.take('nak', this.command);
    const run: Command | undefined = commands[this.command];
    if (refused !== null) await this.generic(Number.parseInt(refused[0] ?? '1', 16));
    else if (run === undefined) await this.generic(UNKNOWN_COMMAND);
    else await run(this, parametersOf(payload));
  }

  private async exchange(frame: Buffer): Promise<boolean> {
    for (let bytes = this.marred(frame); ; bytes = frame) {
      if (bytes !== null) this.send(bytes);
      const packet = await this.next();
      if (packet.type === 'ack') return true;
      if (packet.type === 'nak') continue;
      this.unread(packet);
      return false;
    }
  }

  /** What the faults make of an answer; null: it is not sent. */
  private marred(frame: Buffer): Buffer | null {
    const { faults } = this.host;
    if (faults.take('drop-answer', this.command) !== null) return null;
    const delay = faults.take('delay', this.command);
    if (delay !== null) this.time.at += Number(delay[0] ?? 0) * 1e6;
    if (faults.take('garbage', this.command) !== null) this.send(Buffer.of(0x00, 0x5a, 0x33, 0xff, 0x5a));
    if (faults.take('corrupt-checksum', this.command) === null) return frame;
    const broken = Buffer.from(frame);
    broken[4] = (broken[4] ?? 0) ^ 0xff;
    return broken;
  }
}

function parametersOf(payload: Buffer): number[] {
  const count = Math.min(payload[3] ?? 0, Math.floor((payload.length - 4) / 4));
  return Array.from({ length: Math.max(0, count) }, (_, index) => payload.readUInt32LE(4 + index * 4));
}
