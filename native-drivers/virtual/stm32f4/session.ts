import type { SerialHost } from '../chip/serial-chip.ts';
import type { Stm32Part } from './part.ts';

/** A command that has said its last byte. */
export type Done = 'done';

/** What a command's steps may do; bytes come to them as the value of their `yield`. */
export interface RomSteps {
  readonly part: Stm32Part;
  readonly host: SerialHost<Stm32Part>;
  ack(): Done;
  nack(): Done;
  say(bytes: Uint8Array): Done;
  busy(nanoseconds: number): Promise<void>;
  /** The chip resets itself after its answer. */
  resetAfter(): Done;
}
