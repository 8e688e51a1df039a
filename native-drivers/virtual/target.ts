import type { BenchStatus } from './control/messages.ts';
import type { FaultSet } from './faults.ts';
import type { VirtualUsbDevice } from './usb/device.ts';
import type { DeadlineClock } from './wire/deadline-clock.ts';
import type { IdealClock } from './wire/ideal-clock.ts';

/** One piece of silicon: all that survives a reset, a power cut and a change of socket. */
export interface VirtualPart {
  readonly uid: Uint8Array;
}

/** What a socket gives the chip in it. */
export interface SocketOptions {
  /** Null: `--speed max`. */
  clock: DeadlineClock | null;
  /** Counts what wire and flash alone take, paced or not. */
  ideal: IdealClock;
  faults: FaultSet;
  /** False refuses keys whose wrapping key is not this simulator's. */
  acceptForeignKeys: boolean;
  /** Towards the programmer. */
  transmit(bytes: Uint8Array): void;
  /** The part lost power or was reset: what it said and nobody has read is gone. */
  discard(): void;
  onRunning(running: BenchStatus['running']): void;
  /** Bits per second that the programmer's end of the line is set to: what a chip measures that finds the rate itself. */
  lineRate(): number;
  /** For chips on USB: `SocketChip.usb` is another device now, or none: it left the bus, or came back as something else. */
  usbChanged(): void;
}

/** A socket's power, reset, mode pin and wire, with the part in it, if any. */
export interface SocketChip {
  readonly part: VirtualPart | null;
  /** What the part is on USB at this moment; left out by chips with a serial port. */
  readonly usb?: VirtualUsbDevice | null;
  readonly powered: boolean;
  readonly running: BenchStatus['running'];
  /** Bits per second that the part listens at. */
  readonly baudRate: number;
  /** Bytes that were no part of any frame, since the part was inserted. */
  readonly discardedBytes: number;
  /** Read at the next reset. `low`: boot ROM, `high`: firmware. */
  modePin: 'low' | 'high';
  /** Degrees Celsius. */
  temperature: number;
  insert(part: VirtualPart): void;
  remove(): void;
  setPower(on: boolean): void;
  reset(): void;
  /** Bytes from the programmer. */
  receive(bytes: Uint8Array): void;
  /** The cable is gone: what was on it is lost. */
  loseWire(): void;
  /** Life cycle in the chip's own words. */
  lifecycle(): Pick<BenchStatus, 'dlm' | 'protection' | 'authentication'>;
  /** Data flash of the part as its cells stand; null for an empty socket. Left out by chips that have none. */
  dataFlash?(): { address: number; bytes: Uint8Array } | null;
  /** A fault that changes what the part says or holds takes hold at once. */
  armed(name: string, operand: string | undefined): void;
  /** All faults are cleared: the part tells the truth again. */
  cleared(): void;
}

/** A simulated chip by name. Adding one adds a folder and a line in `targets.ts`. */
export interface VirtualTarget {
  id: string;
  title: string;
  /** What the socket's cable is; a serial port where nothing is said. */
  connector?: 'usb';
  /** Length of the unique id. */
  uidBytes: number;
  /** Faults of its own beside those of every line (faults.ts): name -> what it does. */
  faults: Readonly<Record<string, string>>;
  newPart(uid: Uint8Array): VirtualPart;
  /** `part` in `insert` is always one that `newPart` made. */
  socket(options: SocketOptions): SocketChip;
}
