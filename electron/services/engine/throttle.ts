/** Calls through at most once per `intervalMs`; the last call is never lost. `flush` calls through at once, whatever waits. */
export interface Throttle {
  call(): void;
  flush(): void;
  cancel(): void;
}

export function createThrottle(intervalMs: number, action: () => void): Throttle {
  let timer: NodeJS.Timeout | null = null;
  let waiting = false;
  const cancel = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    waiting = false;
  };
  const run = () => {
    timer = setTimeout(() => {
      timer = null;
      if (waiting) run();
    }, intervalMs);
    timer.unref();
    waiting = false;
    action();
  };
  return {
    call: () => (timer === null ? run() : void (waiting = true)),
    flush: () => {
      cancel();
      run();
    },
    cancel,
  };
}
