import type { Image } from './image.ts';
import type { Link } from './link.ts';
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

/** A registry entry. Adding a family adds one folder and one line in `targets/registry.ts`. */
export interface TargetDriver {
  id: string;
  title: string;
  operations: readonly OperationName[];
  /** Of the serial port, where it is not 8N1. */
  parity?: 'none' | 'even';
  /** Programmable memory, so that a job can be refused at a desk; absent: only the chip tells. */
  areas?: readonly MemoryArea[];
  open(link: Link, images: ImageSource): TargetSession;
}
