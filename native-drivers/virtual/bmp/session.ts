import type { SerialHost } from '../chip/serial-chip.ts';
import type { Stm32Part } from '../stm32f4/part.ts';

/** What a packet's work may do. An answer is the text of a packet; null: there is none. */
export interface ProbeSession {
  readonly part: Stm32Part;
  readonly host: SerialHost<Stm32Part>;
  readonly registers: number[];
  /** The part was found on its debug port. */
  found: boolean;
  attached: boolean;
  acknowledges: boolean;
  /** Text for a person, in between. */
  tell(text: string): void;
  busy(nanoseconds: number): Promise<void>;
  /** Stack pointer and program counter from the vector table. */
  resetCore(): void;
  /** The core runs: the answer comes once it is interrupted. */
  resume(): void;
}

export type Answer = string | null;

const MS = 1e6;
/** STM32F405 data sheet (DS8626), table 40, typical, 32-bit parallelism: word, sectors of 16, 64 and 128 KiB, all. */
export const WORD_NS = 16_000;
export const ERASE_NS = new Map([
  [16 * 1024, 250 * MS],
  [64 * 1024, 550 * MS],
  [128 * 1024, 1000 * MS],
]);
export const MASS_ERASE_NS = 8000 * MS;
export const OPTION_NS = 100 * MS;
/** Four bytes take 46 clocks of SWD (ADIv5, chapter 4: request, acknowledge, data, parity, turn-around); at an assumed 4 MHz. */
export const SWD_BYTE_NS = (46 / 4 / 4e6) * 1e9;
