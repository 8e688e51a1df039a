import type { SerialHost, SerialProgram } from '#drivers/virtual/chip/serial-chip.ts';
import { ENROLLED_EVENT, ENROLLED_TEXT, EVENT, REVOKED_TEXT } from '../at/constants.ts';
import { FileCommands } from './file-commands.ts';
import type { CordeliaPart } from './part.ts';
import { keepSetting, settingOf } from './settings.ts';

const MS = 1e6;
/** What the module takes; the documents give limits for the host only, so these are assumed and far below them. */
const TIME = { answer: 3, write: 12, startup: 900, reset: 4000, wlan: 2500, enrol: 3500 } as const;
/** Assumed: a command that it does not know, and one that its state does not allow. */
const ERROR = { unknown: -1, state: -2, memory: -12 } as const;
const LONGEST = 4096;
/** A file written as it is: so many bytes follow, whatever they are. */
const AS_IT_IS = /^at\+filewrite=\d+,\d+,0,(\d+),/i;

/** The module's firmware between two resets: lines in, lines out, events when they come. */
export class CordeliaFirmware implements SerialProgram {
  private readonly host: SerialHost<CordeliaPart>;
  private readonly files: FileCommands;
  private line = '';
  private online = false;
  private count = 0;

  constructor(host: SerialHost<CordeliaPart>) {
    this.host = host;
    this.files = new FileCommands(host.part);
  }

  /** `now`: ideal time of the reset's end, ns. */
  started(now: number): void {
    this.startup(this.after(now, TIME.startup));
  }

  stop(): void {
    this.line = '';
  }

  receive(bytes: Uint8Array, at: number): void {
    for (const byte of bytes) {
      if ((byte >= 0x20 && byte !== 0x7f) || this.isInFile()) this.line += String.fromCharCode(byte);
      else if (byte === 0x0a) this.take(at);
      else if (byte !== 0x0d) this.host.countDiscarded(1);
      if (this.line.length > LONGEST) this.line = '';
    }
  }

  /** Ideal time at which that many milliseconds of the module's own are over, ns. */
  private after(at: number, milliseconds: number): number {
    this.host.ideal.countBusy(milliseconds * MS);
    return at + milliseconds * MS;
  }

  private written(at: number): number {
    this.host.ideal.countFlash(TIME.write * MS);
    return at + TIME.write * MS;
  }

  private isInFile(): boolean {
    const [head = '', count = ''] = AS_IT_IS.exec(this.line) ?? [];
    return head !== '' && this.line.length - head.length < Number(count);
  }

  private take(at: number): void {
    const line = Buffer.from(this.line, 'latin1').toString('utf8');
    const text = AS_IT_IS.test(line) ? line : line.trim();
    this.line = '';
    if (text === '') return;
    const [, name = '', rest = ''] = /^at\+([a-z]+)(?:=(.*))?$/is.exec(text) ?? [];
    if (name === '') return this.host.countDiscarded(text.length);
    this.count += 1;
    this.carryOut(name.toLowerCase(), rest.split(','), at);
  }

  private carryOut(name: string, args: readonly string[], at: number): void {
    const ready = name === 'filewrite' ? this.written(at) : this.after(at, TIME.answer);
    const refused = this.host.faults.take('nak');
    if (refused !== null) return this.error(Number(refused[0] ?? ERROR.state), ready);
    const file = this.files.answer(name, args);
    if (file !== null) return 'error' in file ? this.error(file.error, ready) : this.ok(file.lines, ready);
    this.other(name, args, ready);
  }

  private other(name: string, args: readonly string[], ready: number): void {
    const { part } = this.host;
    switch (name) {
      case 'test':
      case 'start':
      case 'stop':
      case 'wlanset':
        return this.ok([], ready);
      case 'set':
        keepSetting(part, args);
        return this.ok([], ready);
      case 'get':
        return this.get(args, ready);
      case 'reboot':
        this.ok([], ready);
        return this.restart(this.after(ready, TIME.startup));
      case 'factoryreset':
        part.factoryReset();
        this.ok([], ready);
        return this.restart(this.after(ready, TIME.reset));
      case 'wlanconnect':
        return this.connect(args, ready);
      case 'wlandisconnect':
        return this.disconnect(ready);
      case 'iotenrol':
        return this.hasOlderText() ? this.error(ERROR.unknown, ready) : this.enrol(ready);
      case 'iot':
        return this.hasOlderText() && args[0] === 'enrol'
          ? this.enrol(ready)
          : this.error(ERROR.unknown, ready);
      default:
        return this.error(ERROR.unknown, ready);
    }
  }

  private get(args: readonly string[], ready: number): void {
    const value = settingOf(this.host.part, args, this.hasOlderText());
    if (value !== null) return this.ok([`+get:${value}`], ready);
    this.error(args[0]?.toLowerCase() === 'iot' ? ERROR.state : ERROR.unknown, ready);
  }

  private disconnect(ready: number): void {
    if (!this.online) return this.error(ERROR.state, ready);
    this.online = false;
    this.ok([], ready);
  }

  private connect([name = '', , security = '']: readonly string[], ready: number): void {
    if (name === '' || security === '') return this.error(ERROR.state, ready);
    this.ok([], ready);
    const then = this.after(ready, TIME.wlan);
    if (this.host.faults.take('wlan-refused') !== null)
      return this.say([`+eventwlan:disconnect,${name},0x00`], then);
    this.online = true;
    this.say([`+eventwlan:connect,${name},0x34:0x31:0xc4:0x4a:0xeb:0x5f`], then);
    this.say(
      ['+eventnetapp:ipv4_acquired,192.168.178.100,192.168.178.1,192.168.178.1'],
      this.after(then, TIME.answer),
    );
  }

  private enrol(ready: number): void {
    const { part, faults } = this.host;
    if (!this.online) return this.error(ERROR.state, ready);
    const end = this.after(ready, TIME.enrol);
    this.ok([], ready);
    if (part.revoked) return this.say([REVOKED_TEXT], end);
    if (faults.take('enrol-error') !== null)
      return this.say([`${EVENT.iot}:error,"ENROLMENT_FAILED",7`], end);
    if (!part.enrol()) return this.error(ERROR.memory, end);
    const told = this.hasOlderText() ? ENROLLED_TEXT : `${EVENT.iot}:${ENROLLED_EVENT},0`;
    if (faults.take('enrol-silent') === null) this.say([told], end);
  }

  /** Older text of the command set: a switch of this simulator, as a module has one firmware. */
  private hasOlderText(): boolean {
    return this.host.faults.list().some((line) => line.startsWith('older-text'));
  }

  private restart(at: number): void {
    this.online = false;
    this.startup(at);
  }

  private startup(at: number): void {
    const { uid, article } = this.host.part;
    const mac = Array.from(uid.subarray(0, 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
    this.say([`+eventstartup:${article},0x31000019,${mac},1.0.0`], at);
  }

  private ok(lines: readonly string[], at: number): void {
    this.answer([...lines, 'OK'], at);
  }

  private error(code: number, at: number): void {
    this.answer([`ERROR:${code}`], at);
  }

  private answer(lines: readonly string[], at: number): void {
    const { faults } = this.host;
    if (faults.take('drop-answer') !== null) return;
    if (faults.take('garbage') !== null) this.host.send(Uint8Array.of(0x00, 0xff, 0x07), at);
    const late = faults.take('delay');
    this.say(lines, at + Number(late?.[0] ?? 0) * MS);
  }

  private say(lines: readonly string[], at: number): void {
    this.host.send(Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'utf8'), at);
  }
}
