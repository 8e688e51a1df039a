import { create } from 'zustand';
import type { ErrorView } from '#contract/errors.ts';
import type { TransferView } from '#contract/sync.ts';
import { call, viewOf } from '#client/client.ts';

interface Frames {
  have: number;
  total: number;
  transfer: TransferView | null;
  error: ErrorView | null;
  /** Counts scans that were taken: a frame scanned twice is an answer too. */
  taken: number;
}

const nothing: Frames = { have: 0, total: 0, transfer: null, error: null, taken: 0 };

/** QR codes of one transfer as they are scanned, wherever that happens. */
export const useFrames = create<Frames>()(() => nothing);

export const forgetFrames = (): void => useFrames.setState(nothing);

// One after the other: an answer that comes late must not set the count back.
let last: Promise<void> = Promise.resolve();

/** Hands one scanned frame to the station. */
export function takeFrame(text: string): void {
  last = last.then(async () => {
    try {
      const { have, total, transfer } = await call('courier.frame', { text });
      useFrames.setState(({ taken }) => ({ have, total, transfer, error: null, taken: taken + 1 }));
    } catch (cause) {
      useFrames.setState(({ taken }) => ({ error: viewOf(cause), taken: taken + 1 }));
    }
  });
}
