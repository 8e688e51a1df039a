import type { OnboardingQueue, Step } from './drive.ts';

export interface RunOptions {
  signal: AbortSignal;
  /** Resolves after that time, when `wake` is called by the owner, or when the signal is given; null waits for the latter two. */
  wait: (ms: number | null, signal: AbortSignal) => Promise<void>;
  onStep?: (step: Step) => void;
  /** A step that failed in the store; the loop waits a moment and goes on. */
  onError: (error: unknown) => void;
}

/** Pause after the store itself failed. */
const STORE_PAUSE_MS = 5_000;

/** Steps until the signal is given; sleeps only when the queue says that nothing is due. */
export async function runQueue(queue: OnboardingQueue, options: RunOptions): Promise<void> {
  while (!options.signal.aborted) {
    const waitMs = await oneStep(queue, options);
    if (waitMs !== 0) await options.wait(waitMs, options.signal);
  }
}

async function oneStep(queue: OnboardingQueue, options: RunOptions): Promise<number | null> {
  try {
    const step = await queue.step(options.signal);
    options.onStep?.(step);
    return step.waitMs;
  } catch (error) {
    options.onError(error);
    return STORE_PAUSE_MS;
  }
}
