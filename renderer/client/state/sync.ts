import { create } from 'zustand';
import type { SyncView } from '#contract/sync.ts';

interface SyncLine {
  view: SyncView | null;
  /** Most that has waited since nothing did: the whole of the bar while records go up. */
  peak: number;
}

/** The line to the cloud as last told. */
export const useSyncLine = create<SyncLine>()(() => ({ view: null, peak: 0 }));

/** The whole that a bar counts from: it grows with what is added, and starts anew once nothing waits. */
export const peakAfter = (peak: number, waiting: number): number =>
  waiting === 0 ? 0 : Math.max(peak, waiting);

/** Takes the line's new view. */
export function putSync(view: SyncView): void {
  useSyncLine.setState(({ peak }) => ({ view, peak: peakAfter(peak, view.waiting) }));
}

/** Before sign-in nothing of it is known. */
export const forgetSync = (): void => useSyncLine.setState({ view: null, peak: 0 });
