import { ChipTime, type SerialHost, type SerialProgram } from '../chip/serial-chip.ts';
import { durationOf, obey } from './commands.ts';
import type { AteccPart } from './part.ts';
import { framed, unframed } from './wire.ts';

const WATCHDOG_MS = 1300;
const LONGEST_LINE = 512;
const NO_DEVICE = 'C5()';
const NO_ANSWER = 'E7()';
const INVALID = '03()';
const WAKE = '00(04113343)';
const ADDRESS = 'C0';
const TALK = /^(?:ECC)?[ED]?\w*:t(?:alk)?\(([0-9A-F]*)\)$/i;
const STATUS = { ecc: 0x05, execution: 0x0f, wake: 0x11, watchdog: 0xee, communication: 0xff } as const;

/** A kit board with one ATECC608 on its bus: Microchip's kit protocol on a serial port, a line each way. */
export class Kit implements SerialProgram {
  private readonly host: SerialHost<AteccPart>;
  private readonly part: AteccPart;
  private readonly time: ChipTime<AteccPart>;
  private readonly lines: { text: string; at: number }[] = [];
  private text = '';
  private working = false;
  private stopped = false;
  private awake = false;
  private wokeAt = 0;

  constructor(host: SerialHost<AteccPart>) {
    this.host = host;
    this.part = host.part;
    this.part.forget();
    this.time = new ChipTime(host);
  }

  receive(bytes: Uint8Array, at: number): void {
    if (this.host.lineRate() !== this.part.kitRate) {
      this.host.countDiscarded(bytes.length);
      return;
    }
    for (const byte of bytes) this.hear(byte, at);
    void this.work();
  }

  stop(): void {
    this.stopped = true;
    this.part.forget();
  }

  private hear(byte: number, at: number): void {
    if (byte === 0x0a) {
      this.lines.push({ text: this.text, at });
      this.text = '';
    } else if (byte !== 0 && byte !== 0x0d) {
      this.text += String.fromCharCode(byte);
      if (this.text.length <= LONGEST_LINE) return;
      this.host.countDiscarded(this.text.length);
      this.text = '';
    }
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    for (let line = this.lines.shift(); line !== undefined && !this.stopped; line = this.lines.shift()) {
      this.time.heard(line.at);
      const answer = await this.answer(line.text);
      // A board that was reset meanwhile has another wire: nothing of this one is sent.
      if (answer !== null) this.host.send(Buffer.from(`${answer}\n`, 'latin1'), this.time.at);
    }
    this.working = false;
  }

  private async answer(text: string): Promise<string | null> {
    const line = text.toLowerCase();
    const talk = TALK.exec(text);
    if (line.startsWith('board:device(')) return this.device(line);
    if (line.startsWith('board:version(')) return `${this.part.name} KIT 00(020004)`;
    if (line.includes(':physical:select(') || line.includes(':physical:interface:')) return '00()';
    if (talk !== null) return this.talk(Buffer.from(talk[1] ?? '', 'hex'));
    if (/:w(?:ake)?\(/.test(line)) return this.wake();
    if (/:i(?:dle)?\(/.test(line)) return this.rest(false);
    if (/:s(?:leep)?\(/.test(line)) return this.rest(true);
    this.host.countDiscarded(text.length);
    return INVALID;
  }

  private device(line: string): string {
    if (!line.startsWith('board:device(00)') || this.host.faults.take('no-device') !== null) return NO_DEVICE;
    return `${this.part.name} TWI 00(${ADDRESS})`;
  }

  private wake(): string {
    if (this.host.faults.take('no-wake') !== null) return NO_ANSWER;
    this.awake = true;
    this.wokeAt = ChipTime.now();
    return WAKE;
  }

  private rest(forget: boolean): string {
    this.awake = false;
    if (forget) this.part.forget();
    return '00()';
  }

  private async talk(packet: Buffer): Promise<string | null> {
    const { faults } = this.host;
    const op = packet[1] ?? 0;
    if (!this.isAwake()) return NO_ANSWER;
    if (faults.take('watchdog', op) !== null) return this.reply(Buffer.of(STATUS.watchdog), op);
    if (faults.take('crc-error', op) !== null) return this.reply(Buffer.of(STATUS.communication), op);
    if (faults.take('ecc-fault', op) !== null) return this.reply(Buffer.of(STATUS.ecc), op);
    const refused = faults.take('nak', op);
    if (refused !== null) return this.reply(Buffer.of(Number.parseInt(refused[0] ?? '0f', 16)), op);
    const content = unframed(packet);
    if (content === null) return this.reply(Buffer.of(STATUS.communication), op);
    if (faults.take('lost-command', op) !== null) return null;
    // Waits for its own end: what a reset cuts short was not done.
    await this.time.busy(durationOf(op) * 1e6);
    return this.stopped ? null : this.reply(obey(this.part, content), op);
  }

  /** The watchdog runs from the wake on, whatever the chip does. */
  private isAwake(): boolean {
    if (this.awake && ChipTime.now() - this.wokeAt > WATCHDOG_MS * 1e6) this.rest(true);
    return this.awake;
  }

  private reply(content: Buffer, op: number): string | null {
    const { faults } = this.host;
    if (faults.take('drop-answer', op) !== null) return null;
    const delay = faults.take('delay', op);
    if (delay !== null) this.time.at += Number(delay[0] ?? 0) * 1e6;
    const packet = framed(content);
    if (faults.take('corrupt-checksum', op) !== null) packet[packet.length - 1] = (packet.at(-1) ?? 0) ^ 0xff;
    if (faults.take('garbage', op) !== null)
      this.host.send(Buffer.from('\u00a5\u0000?\n\u00ff', 'latin1'), this.time.at);
    return `00(${packet.toString('hex').toUpperCase()})`;
  }
}
