import type { FaultSet } from '../faults.ts';
import type { FlashMemory } from '../flash-memory.ts';
import type { DeadlineClock } from '../wire/deadline-clock.ts';
import type { IdealClock } from '../wire/ideal-clock.ts';

/** What the ROM needs of the chip around it. */
export interface FrameHost<P> {
  readonly part: P;
  readonly faults: FaultSet;
  readonly ideal: IdealClock;
  /** Null: nothing takes time. */
  readonly clock: DeadlineClock | null;
  send(bytes: Uint8Array, from: number): void;
  setBaudRate(rate: number): void;
  /** Power fails for a moment. */
  powerCut(): void;
  countDiscarded(bytes: number): void;
  /** The life cycle no longer lets the ROM speak. */
  fallSilent(): void;
}

/** Gives the next data frame of a command its meaning. */
export type DataHandler = (payload: Uint8Array) => Promise<void>;

/** The running ROM as its commands see it. */
export interface FrameSession<P> {
  readonly part: P;
  readonly host: FrameHost<P>;
  /** The host waits for the boot code of the firmware before this one: signature and areas go out in its short forms. */
  readonly oldHost: boolean;
  /** The flash works for that long. `cut` leaves behind what is there if power fails after `elapsed` nanoseconds. */
  busy(nanoseconds: number, cut?: (elapsed: number) => void): Promise<void>;
  /** Power fails now, by request of a fault. */
  failPower(): never;
  /** Success with data. */
  answer(code: number, payload: Uint8Array): void;
  /** Success without data carries status 00. */
  done(code: number): void;
  /** The host's next data frame goes to `take`; null ends the data phase. */
  expectData(code: number, take: DataHandler | null): void;
  /** Some tools acknowledge the last packet of a read too; that one is swallowed. */
  allowTrailingAcknowledge(): void;
  /** Back to the communication-setting phase: what `initialize` ends in. */
  restart(): void;
}

export type FlashSession = FrameSession<{ flash: FlashMemory }>;

export interface RomCommand<S> {
  /** Payload lengths that are taken; any other is a packet error. */
  lengths: readonly number[];
  run(rom: S, payload: Uint8Array): Promise<void> | void;
}

export type RomCommands<S> = [number, RomCommand<S>][];
