/**
 * Calls `late` once nothing has cancelled it for `ms`, and not before the event loop has looked at what has arrived by
 * then. Node runs timers that are due before it reads: a process that was not let run for longer than `ms` would take
 * an answer that lies in its terminal for silence.
 * @returns cancels it.
 */
export function afterSilence(ms: number, late: () => void): () => void {
  let immediate: NodeJS.Immediate | null = null;
  const timer = setTimeout(() => {
    immediate = setImmediate(late);
  }, ms);
  return () => {
    clearTimeout(timer);
    if (immediate !== null) clearImmediate(immediate);
  };
}
