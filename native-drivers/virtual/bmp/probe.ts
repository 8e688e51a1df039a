import { ChipTime, type SerialHost, type SerialProgram } from '../chip/serial-chip.ts';
import { FLASH_START, type Stm32Part } from '../stm32f4/part.ts';
import { PC, REGISTERS, SP } from './documents.ts';
import { answerTo } from './packet-table.ts';
import { HostReader, probePacket, type HostInput } from './packets.ts';
import type { ProbeSession } from './session.ts';

const PLUS = 0x2b;
const MINUS = 0x2d;
/** Attempts at a packet that the host does not acknowledge (src/gdb_packet.c). */
const ATTEMPTS = 3;
const INTERRUPTED = 'T02';

interface Outgoing {
  bytes: Uint8Array;
  /** What goes out at the first attempt, where a fault damages it. */
  first: Uint8Array;
  attempts: number;
}

/** A Black Magic probe in the socket, with one part on its debug port: between two resets of that part. */
export class Probe implements SerialProgram, ProbeSession {
  readonly part: Stm32Part;
  readonly host: SerialHost<Stm32Part>;
  readonly registers = Array<number>(REGISTERS).fill(0);
  found = false;
  attached = false;
  acknowledges = true;
  private readonly time: ChipTime<Stm32Part>;
  private readonly reader = new HostReader();
  private readonly packets: { data: Uint8Array; at: number }[] = [];
  private readonly outgoing: Outgoing[] = [];
  private running = false;
  private working = false;
  private stopped = false;

  constructor(host: SerialHost<Stm32Part>) {
    this.host = host;
    this.part = host.part;
    this.time = new ChipTime(host);
  }

  receive(bytes: Uint8Array, at: number): void {
    for (const byte of bytes) {
      if (this.outgoing.length > 0) this.acknowledged(byte, at);
      else this.hear(byte, at);
    }
  }

  stop(): void {
    this.stopped = true;
  }

  tell(text: string): void {
    this.say(`O${Buffer.from(text, 'latin1').toString('hex')}`);
  }

  busy(nanoseconds: number): Promise<void> {
    return this.time.busy(nanoseconds);
  }

  resetCore(): void {
    const vectors = Buffer.from(this.part.flash.read(FLASH_START, 8));
    this.registers[SP] = vectors.readUInt32LE(0);
    this.registers[PC] = (vectors.readUInt32LE(4) & ~1) >>> 0;
  }

  resume(): void {
    this.running = true;
  }

  /** The probe reads one byte after each packet: any other than `+` makes it send again, and that byte is gone. */
  private acknowledged(byte: number, at: number): void {
    const [now] = this.outgoing;
    if (now === undefined) return;
    if (byte !== PLUS && now.attempts < ATTEMPTS) {
      now.attempts += 1;
      if (byte !== MINUS) this.host.countDiscarded(1);
      this.host.send(now.bytes, Math.max(this.time.at, at));
      return;
    }
    this.outgoing.shift();
    const [next] = this.outgoing;
    if (next !== undefined) this.host.send(next.first, Math.max(this.time.at, at));
  }

  private hear(byte: number, at: number): void {
    if (this.running) return this.whileRunning(byte, at);
    const acknowledgement = this.reader.idle && (byte === PLUS || byte === MINUS);
    const input = acknowledgement ? null : this.reader.take(byte);
    if (input !== null) this.took(input, at);
  }

  /** A core that runs is only interrupted: all else is eaten (src/gdb_main.c). */
  private whileRunning(byte: number, at: number): void {
    if (byte !== 0x03 && byte !== 0x04) return this.host.countDiscarded(1);
    this.running = false;
    this.time.heard(at);
    this.say(INTERRUPTED);
  }

  private took(input: HostInput, at: number): void {
    if (input.kind === 'noise') this.host.countDiscarded(1);
    if (input.kind === 'damaged' && this.acknowledges) this.host.send(Uint8Array.of(MINUS), at);
    if (input.kind !== 'packet') return;
    if (this.startsAnew(input.text)) this.acknowledges = true;
    if (this.acknowledges) this.host.send(Uint8Array.of(PLUS), at);
    this.packets.push({ data: input.text, at });
    if (!this.working) void this.work();
  }

  /** The last session may have ended in no-acknowledgement mode without a word. */
  private startsAnew(text: Uint8Array): boolean {
    return Buffer.from(text.subarray(0, 10)).toString('latin1') === 'qSupported';
  }

  private async work(): Promise<void> {
    this.working = true;
    for (let next = this.packets.shift(); next !== undefined && !this.stopped; next = this.packets.shift()) {
      this.time.heard(next.at);
      await this.carryOut(next.data);
    }
    this.working = false;
  }

  private async carryOut(data: Uint8Array): Promise<void> {
    const { faults } = this.host;
    const command = data[0] ?? 0;
    const nak = faults.take('nak', command);
    const before = this.acknowledges;
    const answer = nak === null ? await answerTo(this, data) : `E${nak[0] ?? '01'}`;
    if (answer === null || faults.take('drop-answer', command) !== null) return;
    if (faults.take('garbage', command) !== null)
      this.host.send(Uint8Array.of(0xa5, 0x00, 0x25, 0x41, 0x23, 0x34, 0x31), this.time.at);
    const delay = faults.take('delay', command);
    if (delay !== null) this.time.at += Number(delay[0] ?? 0) * 1e6;
    this.say(answer, before, faults.take('corrupt-checksum', command) !== null);
  }

  /** `acknowledged`: the answer that ends acknowledgements is the last that is acknowledged. */
  private say(text: string, acknowledged = this.acknowledges, damaged = false): void {
    if (this.stopped) return;
    const bytes = probePacket(text);
    const first = damaged ? damage(bytes) : bytes;
    if (acknowledged) this.outgoing.push({ bytes, first, attempts: 1 });
    if (!acknowledged || this.outgoing.length === 1) this.host.send(first, this.time.at);
  }
}

/** The last digit of the checksum is another one. */
function damage(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] = copy.at(-1) === 0x30 ? 0x31 : 0x30;
  return copy;
}
