import { create } from 'zustand';

/** Whether the cloud answers. `epoch` counts returns: whatever is on screen asks again. */
export const useLine = create<{ line: 'open' | 'lost'; epoch: number }>()(() => ({ line: 'open', epoch: 0 }));

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 10_000;
let wait = FIRST_WAIT;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Any answer, a refusal too, shows that the line is there. */
export function lineOpen(): void {
  clearTimeout(timer);
  timer = undefined;
  wait = FIRST_WAIT;
  if (useLine.getState().line === 'lost') useLine.setState((s) => ({ line: 'open', epoch: s.epoch + 1 }));
}

export function lineLost(): void {
  if (useLine.getState().line === 'open') useLine.setState({ line: 'lost' });
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    reconnect();
  }, wait);
  wait = Math.min(LONGEST_WAIT, wait * 2);
}

/** Asks for the public root, which needs no session. */
export function reconnect(): void {
  fetch('/v1/root', { cache: 'no-store', signal: AbortSignal.timeout(5000) }).then(lineOpen, lineLost);
}
