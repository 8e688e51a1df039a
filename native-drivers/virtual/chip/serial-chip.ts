import type { BenchStatus } from '../control/messages.ts';
import type { SocketChip, SocketOptions, VirtualPart } from '../target.ts';
import { nowNs } from '../wire/deadline-clock.ts';
import { Lateness } from '../wire/lateness.ts';
import { PacedLine } from '../wire/paced-line.ts';

/** What a running program (boot ROM or firmware) sees of the chip around it. */
export interface SerialHost<P> extends Pick<SocketOptions, 'faults' | 'ideal' | 'clock' | 'lineRate'> {
  readonly part: P;
  /** `from`: ideal time at which the answer was ready, ns. */
  send(bytes: Uint8Array, from: number): void;
  setBaudRate(rate: number): void;
  countDiscarded(bytes: number): void;
  /** Power fails for a moment, or the chip resets itself. */
  restart(): void;
  /** What is on the wire is the last that this part says until it is reset. */
  fallSilent(): void;
}

/** `at`: ideal time of the last stop bit, ns. */
export interface SerialProgram {
  receive(bytes: Uint8Array, at: number): void;
  /** Power is gone or reset pulled. */
  stop(): void;
}

export interface Started {
  running: BenchStatus['running'];
  /** Null: silent. */
  program: SerialProgram | null;
  baudRate: number;
}

/** What makes a chip family that speaks over one serial port. */
export interface SerialModel<P extends VirtualPart> {
  /** Bits per byte on its wire: 10 for 8N1, 11 with parity. */
  bits: number;
  start(mode: 'low' | 'high', host: SerialHost<P>): Started;
  lifecycle(part: P): ReturnType<SocketChip['lifecycle']>;
  armed?(part: P, name: string, operand: string | undefined): void;
  cleared?(part: P): void;
}

const OFF: Started = { running: 'off', program: null, baudRate: 0 };
const NO_LIFECYCLE = { dlm: null, protection: null, authentication: null };

/** A socket for any chip with one serial port: power, reset, mode pin, paced wire. The family is in its model. */
export class SerialChip<P extends VirtualPart> implements SocketChip {
  modePin: 'low' | 'high' = 'low';
  temperature = 25;
  discardedBytes = 0;
  private readonly options: SocketOptions;
  private readonly model: SerialModel<P>;
  private readonly inbound: PacedLine;
  private readonly outbound: PacedLine;
  private current: P | null = null;
  private power = true;
  private now: Started = OFF;

  constructor(options: SocketOptions, model: SerialModel<P>) {
    this.options = options;
    this.model = model;
    const { clock, ideal } = options;
    const pace = clock === null ? null : { clock, lateness: new Lateness(ideal, clock.wakeUps) };
    const hear = (bytes: Uint8Array, at: number): void => this.now.program?.receive(bytes, at);
    this.inbound = new PacedLine('in', pace, ideal, hear, model.bits);
    this.outbound = new PacedLine('out', pace, ideal, (bytes) => options.transmit(bytes), model.bits);
  }

  get part(): P | null {
    return this.current;
  }

  get powered(): boolean {
    return this.power;
  }

  get running(): BenchStatus['running'] {
    return this.now.running;
  }

  get baudRate(): number {
    return this.now.baudRate;
  }

  receive(bytes: Uint8Array): void {
    // A chip that has not found the rate yet hears at whatever rate the line has.
    const rate = this.now.baudRate === 0 ? this.options.lineRate() : this.now.baudRate;
    if (rate > 0) this.inbound.push(bytes, rate);
  }

  insert(part: VirtualPart): void {
    // The target that opened this socket makes its parts.
    this.current = part as P;
    this.discardedBytes = 0;
    this.reset();
  }

  remove(): void {
    this.current = null;
    this.reset();
  }

  setPower(on: boolean): void {
    if (on === this.power) return;
    this.power = on;
    this.reset();
  }

  reset(): void {
    this.now.program?.stop();
    this.loseWire();
    this.options.discard();
    this.now = this.current === null || !this.power ? OFF : this.start(this.current);
    this.options.onRunning(this.now.running);
  }

  loseWire(): void {
    this.inbound.clear();
    this.outbound.clear();
  }

  lifecycle(): ReturnType<SocketChip['lifecycle']> {
    return this.current === null ? NO_LIFECYCLE : this.model.lifecycle(this.current);
  }

  armed(name: string, operand: string | undefined): void {
    if (this.current !== null) this.model.armed?.(this.current, name, operand);
  }

  cleared(): void {
    if (this.current !== null) this.model.cleared?.(this.current);
  }

  private start(part: P): Started {
    const { faults, ideal, clock } = this.options;
    let live = true;
    const whileLive =
      <A extends unknown[]>(act: (...args: A) => void) =>
      (...args: A): void => {
        if (live) act(...args);
      };
    const started = this.model.start(this.modePin, {
      ...{ part, faults, ideal, clock, lineRate: () => this.options.lineRate() },
      send: whileLive((bytes: Uint8Array, from: number) =>
        this.outbound.push(bytes, this.now.baudRate, from),
      ),
      setBaudRate: whileLive((rate: number) => (this.now = { ...this.now, baudRate: rate })),
      countDiscarded: (bytes) => (this.discardedBytes += bytes),
      // After the turn: the program that asks is still on the stack.
      restart: () => setImmediate(whileLive(() => this.reset())),
      fallSilent: whileLive(() => {
        this.now = { ...this.now, running: 'silent', program: null };
        this.options.onRunning('silent');
      }),
    });
    const { program } = started;
    if (program === null) return started;
    const stop = (): void => {
      live = false;
      program.stop();
    };
    return { ...started, program: { receive: (bytes, at) => program.receive(bytes, at), stop } };
  }
}

/** Time as the chip's own clock has it: work adds up from when it was asked for, however late the simulator wakes. */
export class ChipTime<P> {
  /** ns. */
  at = 0;
  private readonly host: SerialHost<P>;

  constructor(host: SerialHost<P>) {
    this.host = host;
  }

  /** The question that is worked on now arrived then. */
  heard(at: number): void {
    this.at = Math.max(this.at, at);
  }

  /** Flash or logic works for that long. `elapsed` of a wait that a reset cuts short is read from `nowNs() - at`. */
  async busy(nanoseconds: number): Promise<void> {
    this.host.ideal.countFlash(nanoseconds);
    if (this.host.clock === null) return;
    this.at += nanoseconds;
    await this.host.clock.until(this.at);
  }

  static now(): number {
    return nowNs();
  }
}
