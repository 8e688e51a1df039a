import type { SerialHost } from '../chip/serial-chip.ts';
import type { EspPart } from './part.ts';

/** An error code of the ROM (serial protocol, "ROM Loader Errors"), or null for done. */
export type Status = number | null;

export interface Reply {
  status: Status;
  value?: number;
  data?: Uint8Array;
  /** Happens once the answer is under way. */
  after?: () => void;
}

/** What commands may do. */
export interface RomSession {
  readonly part: EspPart;
  readonly host: SerialHost<EspPart>;
  /** Flash pins connected by a command. */
  attached: boolean;
  /** True: reset or power cut came in the meantime, and nothing more may happen. */
  busy(nanoseconds: number): Promise<boolean>;
  setRate(rate: number): void;
  /** Never ends: the chip runs a program that is not here, or is in reset. */
  never(): Promise<Reply>;
}

export const DONE: Reply = { status: null };
export const refused = (status: number): Reply => ({ status });
