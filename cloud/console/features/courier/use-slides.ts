import { useCallback, useEffect, useState } from 'react';

/** One of `count` slides: by hand, by the arrow keys, or by itself, over and over until a scanner has them all. */
export function useSlides(count: number, pace: number) {
  const [at, setAt] = useState(0);
  const [running, setRunning] = useState(false);
  const move = useCallback(
    (by: number) => setAt((old) => (count === 0 ? 0 : (old + by + count) % count)),
    [count],
  );
  const step = useCallback(
    (by: number) => {
      setRunning(false);
      move(by);
    },
    [move],
  );
  const toggle = useCallback(() => setRunning((old) => !old), []);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => move(1), pace);
    return () => clearInterval(timer);
  }, [running, pace, move]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      if (event.key === 'ArrowRight') step(1);
      else if (event.key === 'ArrowLeft') step(-1);
      // On a button Space presses the button.
      else if (event.key === ' ' && !(event.target instanceof HTMLButtonElement)) toggle();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [step, toggle]);
  return { at: Math.min(at, Math.max(0, count - 1)), running, step, toggle };
}
