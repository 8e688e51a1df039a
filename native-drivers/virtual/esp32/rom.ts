import { ChipTime, type SerialHost, type SerialProgram } from '../chip/serial-chip.ts';
import { RATE_ERROR } from './chips.ts';
import { FlashCommands } from './flash-commands.ts';
import type { EspPart } from './part.ts';
import { Registers } from './registers.ts';
import { answerBytes, RequestParser, type Request } from './requests.ts';
import { DONE, refused, type Reply, type RomSession } from './session.ts';

const INVALID = 5;
const BAD_SUM = 7;
const SYNC = 0x08;
const SYNC_ANSWERS = 8;
/** What it answers to sync (trace of an ESP32 in issue 570 of espressif/esptool); a stub would answer 0. */
const SYNC_VALUE = 0x20120707;
/** A UART hears what is not further off than this. */
const TOLERANCE = 0.03;
/** What secure download mode leaves: sync, security info, flash writes, SPI (esptool, "Secure Download Mode"). */
const SECURE = new Set([0x02, 0x03, 0x04, 0x08, 0x0b, 0x0d, 0x10, 0x11, 0x12, 0x14]);

type Handle = (request: Request) => Reply | Promise<Reply>;

/** The ROM loader of one chip between two resets. */
export class EspRom implements SerialProgram, RomSession {
  readonly part: EspPart;
  readonly host: SerialHost<EspPart>;
  attached = false;
  private readonly time: ChipTime<EspPart>;
  private readonly parser = new RequestParser();
  private readonly flash: FlashCommands;
  private readonly registers: Registers;
  private readonly handlers: Readonly<Record<number, Handle>>;
  private readonly queue: { request: Request; at: number }[] = [];
  private working = false;
  private stopped = false;
  private counted = 0;
  private rate = 115_200;
  /** The line's rate is looked at with the first bytes after a reset or a change; and 'new' takes what it finds. */
  private hears: 'new' | 'changed' | 'sure' = 'new';

  constructor(host: SerialHost<EspPart>) {
    this.host = host;
    this.part = host.part;
    this.time = new ChipTime(host);
    this.flash = new FlashCommands(this);
    this.registers = new Registers(this);
    this.handlers = this.table();
    // The socket starts the program first and listens to it afterwards.
    setImmediate(() => {
      if (!this.stopped) host.send(Buffer.from(this.part.model.startText, 'latin1'), ChipTime.now());
    });
  }

  receive(bytes: Uint8Array, at: number): void {
    if (!this.heard()) {
      this.host.countDiscarded(bytes.length);
      return;
    }
    for (const request of this.parser.push(bytes)) this.queue.push({ request, at });
    this.host.countDiscarded(this.parser.discarded - this.counted);
    this.counted = this.parser.discarded;
    if (!this.working) void this.work();
  }

  stop(): void {
    this.stopped = true;
    this.flash.stop();
  }

  async busy(nanoseconds: number): Promise<boolean> {
    if (nanoseconds > 0) await this.time.busy(nanoseconds);
    return !this.stopped;
  }

  setRate(rate: number): void {
    this.rate = this.part.model.first ? Math.round(rate * RATE_ERROR) : rate;
    this.hears = 'changed';
    this.host.setBaudRate(this.rate);
  }

  never(): Promise<Reply> {
    this.stopped = true;
    return new Promise<Reply>(() => undefined);
  }

  private heard(): boolean {
    if (this.hears === 'sure') return true;
    const line = this.host.lineRate();
    const fits = Math.abs(line - this.rate) <= this.rate * TOLERANCE;
    if (!fits && this.hears === 'changed') return false;
    if (!fits) this.host.setBaudRate((this.rate = line));
    this.hears = 'sure';
    return true;
  }

  private async work(): Promise<void> {
    this.working = true;
    for (let next = this.queue.shift(); next !== undefined && !this.stopped; next = this.queue.shift()) {
      this.time.heard(next.at);
      await this.carryOut(next.request);
    }
    this.working = false;
  }

  private async carryOut(request: Request): Promise<void> {
    const { command } = request;
    const nak = this.host.faults.take('nak', command);
    const handle = this.handlers[command];
    if (nak !== null) this.say(command, refused(Number.parseInt(nak[0] ?? '6', 16)));
    else if (handle === undefined || (this.part.secureDownload && !SECURE.has(command))) this.refuse(command);
    else await this.answer(request, handle);
  }

  /** Eight times under another code: esptool-js, `drainInput`; which code is not documented. */
  private refuse(command: number): void {
    this.repeat(SYNC_ANSWERS, command === SYNC ? 0 : SYNC, refused(INVALID));
  }

  private async answer(request: Request, handle: Handle): Promise<void> {
    const { command } = request;
    const reply = await handle(request);
    if (this.stopped) return;
    if (command === SYNC && reply.status === null) this.repeat(SYNC_ANSWERS, SYNC, reply);
    else this.say(command, reply);
    reply.after?.();
  }

  private repeat(times: number, command: number, reply: Reply): void {
    for (let count = 0; count < times; count += 1) this.say(command, reply);
  }

  private say(command: number, { status, value = 0, data = new Uint8Array(0) }: Reply): void {
    const { faults } = this.host;
    if (faults.take('drop-answer', command) !== null) return;
    if (faults.take('garbage', command) !== null)
      this.host.send(Uint8Array.from([0xa5, 0x00, 0xdb, 0x01]), this.time.at);
    const delay = faults.take('delay', command);
    if (delay !== null) this.time.at += Number(delay[0] ?? 0) * 1e6;
    const ending = status === null ? [0, 0, 0, 0] : [1, status, 0, 0];
    const bytes = answerBytes(
      command,
      value,
      Buffer.concat(
        [status === null ? data : [], Uint8Array.from(ending)].map((one) => Uint8Array.from(one)),
      ),
    );
    if (faults.take('corrupt-checksum', command) !== null) bytes[3] = (bytes[3] ?? 0) ^ 0x01;
    this.host.send(bytes, this.time.at);
  }

  private table(): Record<number, Handle> {
    const { flash, registers } = this;
    return {
      0x02: (request) => flash.begin(request, false),
      0x03: (request) => flash.data(request),
      0x04: (request) => this.end(request),
      0x05: ({ data }) => (data.length === 16 ? DONE : refused(INVALID)),
      0x06: ({ data }) => this.runRam(data),
      0x07: (request) => ramBlock(request),
      0x08: ({ data }) => (data.length === 36 ? { status: null, value: SYNC_VALUE } : refused(INVALID)),
      0x09: (request) => registers.write(request),
      0x0a: (request) => registers.read(request),
      0x0b: ({ data }) => (data.length === 24 ? DONE : refused(INVALID)),
      0x0d: ({ data }) => this.attach(data),
      0x0e: (request) => flash.slowRead(request),
      0x0f: ({ data }) => this.changeRate(data),
      0x10: (request) => flash.begin(request, true),
      0x11: (request) => flash.data(request),
      0x12: (request) => this.end(request),
      0x13: (request) => flash.md5(request),
      ...(this.part.model.first ? {} : { 0x14: () => this.securityInfo() }),
    };
  }

  /** Eight bytes for a ROM; esptool-js sends four. */
  private attach(data: Buffer): Reply {
    if (data.length !== 4 && data.length !== 8) return refused(INVALID);
    this.attached = true;
    return DONE;
  }

  private changeRate(data: Buffer): Reply {
    const rate = data.length === 8 ? data.readUInt32LE(0) : 0;
    if (rate < 1200) return refused(INVALID);
    return { status: null, after: () => this.setRate(rate) };
  }

  private securityInfo(): Reply {
    const { part } = this;
    const data = Buffer.alloc(20);
    data.writeUInt32LE((part.secureBoot ? 1 : 0) | (part.secureDownload ? 4 : 0));
    data[4] = part.cryptCount;
    [24, 28].forEach((bit, key) => (data[5 + key] = part.fuse(2, bit, 4)));
    [0, 4, 8, 12].forEach((bit, key) => (data[7 + key] = part.fuse(3, bit, 4)));
    data.writeUInt32LE(part.chipId, 12);
    data.writeUInt32LE(3, 16);
    return { status: null, data };
  }

  /** 0: reset; 1: run what is in flash, which is not here. */
  private end({ data }: Request): Reply {
    if (data.length !== 4) return refused(INVALID);
    return data.readUInt32LE(0) === 0 ? { status: null, after: () => this.host.restart() } : DONE;
  }

  /** A program in RAM runs on silicon; here there is no processor, and the chip falls silent. */
  private runRam(data: Buffer): Reply {
    if (data.length !== 8) return refused(INVALID);
    return data.readUInt32LE(0) === 0 ? { status: null, after: () => this.stop() } : DONE;
  }
}

function ramBlock({ data, sum }: Request): Reply {
  if (data.length < 16 || data.readUInt32LE(0) !== data.length - 16) return refused(INVALID);
  return data.subarray(16).reduce((all, byte) => all ^ byte, 0xef) === sum ? DONE : refused(BAD_SUM);
}
