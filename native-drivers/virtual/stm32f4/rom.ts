import { ChipTime, type SerialHost, type SerialProgram } from '../chip/serial-chip.ts';
import { steps, type Steps } from './commands.ts';
import type { Stm32Part } from './part.ts';
import type { Done, RomSteps } from './session.ts';

const SYNC = 0x7f;
const ACK = 0x79;
const NACK = 0x1f;
/** AN3155, 2.1: what the boot loader can measure; below and above it hears noise. */
const RATES = { min: 1200, max: 115_200 };

/** The system memory boot loader of an STM32F4 between two resets: AN3155, version 3.1. */
export class Stm32Rom implements SerialProgram, RomSteps {
  readonly part: Stm32Part;
  readonly host: SerialHost<Stm32Part>;
  private readonly time: ChipTime<Stm32Part>;
  private readonly pending: { byte: number; at: number }[] = [];
  private synced = false;
  private stopped = false;
  private command = 0;
  private running: { work: Steps; wants: number } | null = null;
  private turning = false;

  constructor(host: SerialHost<Stm32Part>) {
    this.host = host;
    this.part = host.part;
    this.time = new ChipTime(host);
  }

  receive(bytes: Uint8Array, at: number): void {
    for (const byte of bytes) this.pending.push({ byte, at });
    if (!this.turning) void this.turn();
  }

  stop(): void {
    this.stopped = true;
  }

  ack(): Done {
    return this.say(Uint8Array.of(ACK));
  }

  nack(): Done {
    return this.say(Uint8Array.of(NACK));
  }

  say(bytes: Uint8Array): Done {
    if (this.stopped) return 'done';
    const { faults } = this.host;
    if (faults.take('drop-answer', this.command) !== null) return 'done';
    if (faults.take('garbage', this.command) !== null)
      this.host.send(Uint8Array.of(0xa5, 0x00), this.time.at);
    const delay = faults.take('delay', this.command);
    if (delay !== null) this.time.at += Number(delay[0] ?? 0) * 1e6;
    this.host.send(bytes, this.time.at);
    return 'done';
  }

  busy(nanoseconds: number): Promise<void> {
    return this.time.busy(nanoseconds);
  }

  resetAfter(): Done {
    this.host.restart();
    return 'done';
  }

  /** One thing at a time: bytes that come while flash works wait, as in the one-byte register they would be lost. */
  private async turn(): Promise<void> {
    this.turning = true;
    while (!this.stopped && this.pending.length >= this.wanted()) {
      const taken = this.pending.splice(0, this.wanted());
      this.time.heard(taken.at(-1)?.at ?? 0);
      await this.take(Uint8Array.from(taken, ({ byte }) => byte));
    }
    this.turning = false;
  }

  private wanted(): number {
    if (!this.synced) return 1;
    return this.running?.wants ?? 2;
  }

  private async take(bytes: Uint8Array): Promise<void> {
    if (!this.synced) this.synchronise(bytes[0] ?? 0);
    else if (this.running === null) await this.begin(bytes[0] ?? 0, bytes[1] ?? 0);
    else await this.advance(bytes);
  }

  /** The length of the byte 7F gives the rate: any other byte measures nothing. */
  private synchronise(byte: number): void {
    const rate = this.host.lineRate();
    if (byte !== SYNC || rate < RATES.min || rate > RATES.max) {
      this.host.countDiscarded(1);
      return;
    }
    this.host.setBaudRate(rate);
    this.synced = true;
    this.ack();
  }

  private async begin(command: number, complement: number): Promise<void> {
    this.command = command;
    const make = (command ^ complement) === 0xff ? steps[command] : undefined;
    if (make === undefined || this.host.faults.take('nak', command) !== null) {
      this.nack();
      return;
    }
    const work = make(this);
    if (work === 'done' || work instanceof Promise) {
      await work;
      return;
    }
    this.running = { work, wants: 0 };
    await this.advance(new Uint8Array(0));
  }

  private async advance(bytes: Uint8Array): Promise<void> {
    const { running } = this;
    if (running === null) return;
    const next = await running.work.next(bytes);
    this.running = next.done === true ? null : { work: running.work, wants: next.value };
  }
}
