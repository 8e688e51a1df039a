import { useEffect, useRef } from 'react';

/** Calls `ask` after `key` has changed, at most once per `milliseconds`: many events make few questions. */
export function usePaced(key: string, milliseconds: number, ask: () => void): void {
  const latest = useRef(ask);
  const asked = useRef({ at: Number.NEGATIVE_INFINITY, key });
  useEffect(() => {
    latest.current = ask;
  });
  useEffect(() => {
    if (asked.current.key === key) return undefined;
    const wait = Math.max(0, asked.current.at + milliseconds - performance.now());
    const timer = setTimeout(() => {
      asked.current = { at: performance.now(), key };
      latest.current();
    }, wait);
    return () => clearTimeout(timer);
  }, [key, milliseconds]);
}

/** Calls `ask` now and then while the window is looked at: for what no event tells. */
export function useEvery(milliseconds: number, ask: () => void): void {
  const latest = useRef(ask);
  useEffect(() => {
    latest.current = ask;
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') latest.current();
    }, milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
}
