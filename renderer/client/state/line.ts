import { create } from 'zustand';
import type { LineState } from '../bridge.ts';

/** The line to the station. `epoch` counts connections: what depends on it asks again after each. */
export const useLine = create<{ line: LineState; epoch: number }>()(() => ({ line: 'connecting', epoch: 0 }));
