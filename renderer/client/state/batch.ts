import { create } from 'zustand';
import type { BatchView } from '#contract/batches.ts';

/** Batches as last told, by id, and which one is open on this station. */
interface Batches {
  byId: ReadonlyMap<string, BatchView>;
  openId: string | null;
  known: boolean;
}

export const useBatches = create<Batches>()(() => ({ byId: new Map(), openId: null, known: false }));

/** Takes one batch's new view; an open one becomes the station's current batch. */
export function putBatch(view: BatchView): void {
  useBatches.setState(({ byId, openId }) => {
    const closed = view.state === 'closed';
    const current = closed ? (openId === view.id ? null : openId) : view.id;
    return { byId: new Map(byId).set(view.id, view), openId: current };
  });
}

/** Takes the answer to "which batch is open". */
export function putCurrent(view: BatchView | null): void {
  if (view) putBatch(view);
  useBatches.setState(view ? { known: true } : { known: true, openId: null });
}

/** The open or paused batch of this station. */
export const useOpenBatch = (): BatchView | null =>
  useBatches((s) => (s.openId === null ? null : (s.byId.get(s.openId) ?? null)));
