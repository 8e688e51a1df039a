import type { OperationInput, OperationName, OperationResult, Progress } from '#drivers/core/operations.ts';
import type { RecipePhase } from '#services/recipe.ts';
import type { EnginePorts } from './ports.ts';
import { RunError } from './run-error.ts';

/** After an abort a driver ends within this time, or its link is taken from it. */
const GRACE_MS = 5000;

/** The abort signal of one phase: its time limit and whatever else may end it. `dispose` always follows. */
export interface PhaseSignal {
  signal: AbortSignal;
  dispose(): void;
}

/** Aborts with `timeout` when the recipe's time for the phase is over. */
export function phaseSignal(phase: RecipePhase, others: AbortSignal[]): PhaseSignal {
  const limit = new AbortController();
  const timer = setTimeout(
    () => limit.abort(new RunError('timeout', { title: phase.title, seconds: phase.timeout })),
    phase.timeout * 1000,
  );
  return { signal: AbortSignal.any([limit.signal, ...others]), dispose: () => clearTimeout(timer) };
}

/**
 * Runs one operation on a site's part. After an abort the reason of the abort is thrown (its cause is what the driver
 * said); a driver that does not answer an abort is left behind, so that a site always comes to an end.
 */
export async function drive<K extends OperationName>(
  ports: Pick<EnginePorts, 'drivers'>,
  site: string,
  call: { operation: K; input: OperationInput<K>; signal: AbortSignal; onProgress: (p: Progress) => void },
): Promise<OperationResult<K>> {
  const { operation, input, signal, onProgress } = call;
  signal.throwIfAborted();
  const gone = leftBehind(signal);
  try {
    return await Promise.race([
      ports.drivers.run(site, operation, input, { signal, onProgress }),
      gone.promise,
    ]);
  } catch (error) {
    if (signal.aborted && signal.reason instanceof RunError) {
      signal.reason.cause ??= error;
      throw signal.reason;
    }
    throw error;
  } finally {
    gone.dispose();
  }
}

function leftBehind(signal: AbortSignal): { promise: Promise<never>; dispose: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    timer = setTimeout(() => reject(new RunError('no-answer', { stuck: true })), GRACE_MS);
  };
  signal.addEventListener('abort', start, { once: true });
  return {
    promise,
    dispose: () => {
      signal.removeEventListener('abort', start);
      clearTimeout(timer);
    },
  };
}
