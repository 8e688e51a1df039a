import { useSyncExternalStore } from 'react';

/** A clock that ticks only while somebody looks at it: one timer for all who do. */
function ticker(milliseconds: number) {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let now = performance.now();
  const tick = () => {
    now = performance.now();
    for (const listener of listeners) listener();
  };
  return {
    now: () => now,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      timer ??= setInterval(tick, milliseconds);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

const tenths = ticker(100);
const seconds = ticker(1000);
const minutes = ticker(20_000);
const still = () => () => undefined;

/** performance.now in ms, each tenth of a second while `active`. */
export function useTenths(active: boolean): number {
  return useSyncExternalStore(active ? tenths.subscribe : still, tenths.now);
}

/** Wall clock in ms since 1970, each second while `active`: for "next try in 12 s". */
export function useSeconds(active: boolean): number {
  return performance.timeOrigin + useSyncExternalStore(active ? seconds.subscribe : still, seconds.now);
}

/** Wall clock in ms since 1970, now and then: for "3 h ago". */
export function useWallClock(): number {
  return performance.timeOrigin + useSyncExternalStore(minutes.subscribe, minutes.now);
}
