import { create } from 'zustand';
import type { ErrorView } from '#contract/errors.ts';
import { call, viewOf } from '#client/client.ts';

interface Refusal {
  site: string;
  error: ErrorView;
}

/** The last read-back that settled nothing: the site itself goes on to show why the part must be read. */
export const useRefusedReadBack = create<{ refusal: Refusal | null }>()(() => ({ refusal: null }));

export const clearRefusal = (): void => useRefusedReadBack.setState({ refusal: null });

/** Reads a site back, by button or key. Never rejects: what stood in its way is kept for the screen to show. */
export async function readBack(site: string): Promise<void> {
  clearRefusal();
  try {
    const { state, run, error } = await call('sites.readBack', { site });
    const why = error ?? run?.error;
    if (state === 'unknown' && why) useRefusedReadBack.setState({ refusal: { site, error: why } });
  } catch (cause) {
    useRefusedReadBack.setState({ refusal: { site, error: viewOf(cause) } });
  }
}
