import type { FaultSet } from '../faults.ts';
import type { DeadlineClock } from '../wire/deadline-clock.ts';
import type { IdealClock } from '../wire/ideal-clock.ts';
import type { Part } from './part.ts';

/** What the ROM needs of the chip around it. */
export interface RomHost {
  readonly part: Part;
  readonly faults: FaultSet;
  readonly ideal: IdealClock;
  readonly acceptForeignKeys: boolean;
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
export interface RomSession {
  readonly part: Part;
  readonly host: RomHost;
  /** Level reached by authentication since reset, as its code; null without. */
  authenticated: number | null;
  /** The host waits for the boot code of the firmware before this one: signature and areas go out in its short forms. */
  readonly oldHost: boolean;
  /** The better of protection level and authentication. */
  readonly accessLevel: number;
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

export interface RomCommand {
  /** Payload lengths that are taken; any other is a packet error. */
  lengths: readonly number[];
  run(rom: RomSession, payload: Uint8Array): Promise<void> | void;
}
