import { create } from 'zustand';
import type { LineState } from '../bridge.ts';

interface Line {
  line: LineState;
  /** Counts connections: what depends on the line asks again after each. */
  epoch: number;
  /** Counts what was told of the line, also the same again: a second refusal is an answer too. */
  told: number;
}

/** The line to the station. */
export const useLine = create<Line>()(() => ({ line: 'connecting', epoch: 0, told: 0 }));
