import type { FrameDecoder } from './decoder.ts';
import type { DeskFacts } from './desk-facts.ts';
import type { Image } from './image.ts';
import type { Link, ToolLink, UsbLink } from './link.ts';
import type {
  MemoryArea,
  OperationContext,
  OperationInput,
  OperationName,
  OperationResult,
} from './operations.ts';

/** Images stay in the driver process: sent once per batch, named by their SHA-256 afterwards. */
export interface ImageSource {
  get(sha256: string): Image;
}

/** One part in one socket, from open to close. Operations run one at a time. */
export interface TargetSession {
  run<K extends OperationName>(
    operation: K,
    input: OperationInput<K>,
    context: OperationContext,
  ): Promise<OperationResult<K>>;
  /** Tear-down: leaves the part in reset-safe state, never throws. */
  close(): Promise<void>;
}

/** What every registry entry says of itself. Adding a family adds one folder and one line in `targets/registry.ts`. */
interface DriverCard extends DeskFacts {
  id: string;
  title: string;
  operations: readonly OperationName[];
  /** Programmable memory, so that a job can be refused at a desk; absent: only the chip tells. */
  areas?: readonly MemoryArea[];
  /** Puts the bytes of its wire into words, and says which of them are keys; without one they are shown as they are. */
  decoder?(): FrameDecoder;
}

/** A family behind a byte link: serial port or TCP. */
export interface TargetDriver extends DriverCard {
  reach?: 'bytes';
  /** Of the serial port, where it is not 8N1. */
  parity?: 'none' | 'even';
  open(link: Link, images: ImageSource): TargetSession;
}

/** A family that is a USB device, or sits behind one. */
export interface UsbTargetDriver extends DriverCard {
  reach: 'usb';
  /** Hexadecimal `vvvv:pppp` of devices that are known to fit; a screen offers them first. */
  devices: readonly string[];
  open(link: UsbLink, images: ImageSource): TargetSession;
}

/** A programmer that its maker's own tool drives. */
export interface ToolTargetDriver extends DriverCard {
  reach: 'tool';
  open(link: ToolLink, images: ImageSource): TargetSession;
}

export type AnyTargetDriver = TargetDriver | UsbTargetDriver | ToolTargetDriver;
