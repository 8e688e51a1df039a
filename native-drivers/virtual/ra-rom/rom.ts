import { nowNs } from '../wire/deadline-clock.ts';
import { encodeAnswer, RomParser, type RomFrame, type RomInput } from './frame.ts';
import { COMMAND, ERROR_BIT, GENERIC_CODE, RomRefusal, STATUS, SYNC_ZERO } from './protocol.ts';
import type { DataHandler, FrameHost, FrameSession } from './session.ts';

/**
 * Zeros closer together than this, with nothing understood in between, are one burst and get one answer: tools read
 * exactly one byte, and an inquiry sent too early has two zeros in it.
 */
const BURST_NS = 20e6;
/** A frame that stalls this long has lost its sender: a tool that was stopped in mid-frame. */
const STALL_NS = 500e6;

/**
 * A host that repeats the generic code that often, though each was answered, waits for C3: it was written for the
 * boot firmware before this one (R01AN5372) and goes on in that one's forms.
 */
const CODES_OF_OLD_HOST = 10;

/** Second status and address of a success. */
const NONE = 0xffffffff;

class Stopped extends Error {}

/** A command as the frame engine needs it. */
interface BoundCommand {
  lengths: readonly number[];
  run(payload: Uint8Array): Promise<void> | void;
}

/**
 * A boot ROM between two resets: handshake, frames, one command at a time. What the commands are, which boot code is said
 * and how long a status is differ by family.
 */
export abstract class FrameRom<P, H extends FrameHost<P> = FrameHost<P>> implements FrameSession<P> {
  readonly part: P;
  readonly host: H;
  oldHost = false;
  protected abstract readonly bootCode: number;
  /** `long`: STS(1) ST2(4) ADR(4), as R01AN5562 section 6.18.2.3 has it. `short`: STS alone. */
  protected abstract readonly statusForm: { done: 'short' | 'long'; refused: 'short' | 'long' };
  private genericCodes = 0;
  private lastCommand: number | null = null;
  private readonly parser = new RomParser();
  private readonly queue: { input: RomInput; at: number }[] = [];
  private running = false;
  private synced: 'no' | 'acknowledged' | 'yes' = 'no';
  private expected: { code: number; take: DataHandler } | null = null;
  private trailingAcknowledge = false;
  private lastZero = -Infinity;
  private lastByte = -Infinity;
  private time = 0;
  private stopped = false;
  private onCut: (() => void) | null = null;

  constructor(host: H) {
    this.host = host;
    this.part = host.part;
  }

  protected abstract commandFor(code: number): BoundCommand | undefined;

  receive(bytes: Uint8Array, at: number): void {
    if (this.parser.inFrame && at - this.lastByte > STALL_NS) this.host.countDiscarded(this.parser.abandon());
    this.lastByte = at;
    // Before the handshake there are no frames: an inquiry sent too early is bytes like any others.
    let early = 0;
    for (; this.synced !== 'yes' && early < bytes.length; early += 1)
      this.enqueue({ type: 'byte', value: bytes[early] ?? 0 }, at);
    for (const input of this.parser.push(bytes.subarray(early))) this.enqueue(input, at);
  }

  /** Reset or power cut: whatever was going on ends where it is. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.onCut?.();
    this.onCut = null;
  }

  async busy(nanoseconds: number, cut?: (elapsed: number) => void): Promise<void> {
    this.host.ideal.countFlash(nanoseconds);
    if (this.host.clock === null) return;
    const start = this.time;
    this.onCut = () => cut?.(Math.min(Math.max(nowNs() - start, 0), nanoseconds - 1));
    this.time += nanoseconds;
    await this.host.clock.until(this.time);
    this.onCut = null;
    if (this.isStopped()) throw new Stopped();
  }

  failPower(): never {
    this.host.powerCut();
    throw new Stopped();
  }

  answer(code: number, payload: Uint8Array): void {
    this.sendFrame(code, payload);
  }

  done(code: number): void {
    this.sendStatus(code, this.statusForm.done, [STATUS.ok, NONE, NONE]);
  }

  expectData(code: number, take: DataHandler | null): void {
    this.expected = take === null ? null : { code, take };
  }

  allowTrailingAcknowledge(): void {
    this.trailingAcknowledge = true;
  }

  restart(): void {
    this.synced = 'no';
    this.expected = null;
    this.oldHost = false;
    this.genericCodes = 0;
    this.lastZero = -Infinity;
  }

  private enqueue(input: RomInput, at: number): void {
    // The state the next byte is read in depends on this one: the handshake is handled at once.
    if (input.type === 'byte' && !this.running) this.takeByte(input.value, at);
    else this.queue.push({ input, at });
    if (!this.running && this.queue.length > 0) void this.work();
  }

  private async work(): Promise<void> {
    this.running = true;
    try {
      for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
        this.time = Math.max(this.time, next.at);
        if (next.input.type === 'byte') this.takeByte(next.input.value, next.at);
        else await this.takeFrame(next.input);
      }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      this.running = false;
    }
  }

  private takeByte(value: number, at: number): void {
    if (this.stopped) return;
    this.time = Math.max(this.time, at);
    if (value === SYNC_ZERO) return this.takeZero(at);
    if (value === GENERIC_CODE && this.synced !== 'no') {
      this.synced = 'yes';
      this.expected = null;
      this.genericCodes += 1;
      if (this.genericCodes >= CODES_OF_OLD_HOST) this.oldHost = true;
      this.lastZero = -Infinity;
      return this.host.send(Uint8Array.of(this.bootCode), this.time);
    }
    this.host.countDiscarded(1);
  }

  private takeZero(at: number): void {
    const sameBurst = at - this.lastZero < BURST_NS;
    this.lastZero = at;
    if (sameBurst) return;
    if (this.synced === 'no') this.synced = 'acknowledged';
    this.expected = null;
    this.oldHost = false;
    this.genericCodes = 0;
    this.host.send(Uint8Array.of(SYNC_ZERO), this.time);
  }

  private async takeFrame(frame: RomFrame): Promise<void> {
    if (this.isStopped()) throw new Stopped();
    this.lastZero = -Infinity;
    this.genericCodes = 0;
    const trailing = this.trailingAcknowledge;
    this.trailingAcknowledge = false;
    if (trailing && frame.kind === 'data' && frame.code === COMMAND.read) return;
    try {
      if (frame.fault !== null) throw new RomRefusal(STATUS[frame.fault]);
      await (frame.kind === 'command' ? this.takeCommand(frame) : this.takeData(frame));
    } catch (error) {
      if (!(error instanceof RomRefusal)) throw error;
      this.expected = null;
      this.refuse(frame.code, error);
    }
  }

  private async takeCommand({ code, payload }: RomFrame): Promise<void> {
    // A command in the middle of a data phase ends that phase: the tool that began it is gone.
    this.expected = null;
    // Hosts of this generation ask for the signature first, the old ones for the areas: another tool has taken over.
    if (code === COMMAND.signature && this.lastCommand === COMMAND.inquiry) this.oldHost = false;
    this.lastCommand = code;
    const nak = this.host.faults.take('nak', code);
    if (nak !== null) throw new RomRefusal(Number.parseInt(nak[0] ?? 'e4', 16));
    const command = this.commandFor(code);
    if (command === undefined) throw new RomRefusal(STATUS.unknownCommand);
    if (!command.lengths.includes(payload.length)) throw new RomRefusal(STATUS.packet);
    await command.run(payload);
  }

  private async takeData({ code, payload }: RomFrame): Promise<void> {
    const expected = this.expected;
    if (expected?.code !== code) throw new RomRefusal(STATUS.flow);
    await expected.take(payload);
  }

  private refuse(code: number, { status, detail, address }: RomRefusal): void {
    this.sendStatus(code | ERROR_BIT, this.statusForm.refused, [status, detail, address]);
  }

  /** The firmware before R01AN5562 sends STS alone. */
  private sendStatus(
    code: number,
    form: 'short' | 'long',
    [status, detail, address]: [number, number, number],
  ): void {
    const payload = Buffer.alloc(9);
    payload[0] = status;
    payload.writeUInt32BE(detail, 1);
    payload.writeUInt32BE(address, 5);
    this.sendFrame(code, form === 'short' || this.oldHost ? payload.subarray(0, 1) : payload);
  }

  private sendFrame(code: number, payload: Uint8Array): void {
    const { faults } = this.host;
    const command = code & ~ERROR_BIT;
    if (faults.take('drop-answer', command) !== null) return;
    const frame = encodeAnswer(code, payload);
    if (faults.take('corrupt-checksum', command) !== null) {
      const sum = frame.length - 2;
      frame[sum] = (frame[sum] ?? 0) ^ 0xff;
    }
    if (faults.take('garbage', command) !== null)
      this.host.send(Uint8Array.of(0xff, 0x7e, 0x13, 0x81, 0xff), this.time);
    const delay = faults.take('delay', command);
    if (delay === null) return this.host.send(frame, this.time);
    const late = Number(delay[0]) * 1e6;
    setTimeout(() => {
      if (!this.stopped) this.host.send(frame, nowNs());
    }, late / 1e6);
  }

  /** Read through a method: it changes while an operation waits, which the compiler cannot see. */
  private isStopped(): boolean {
    return this.stopped;
  }
}
