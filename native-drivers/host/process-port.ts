/** A started driver process, seen from the process that started it. */
export interface ProcessPort {
  readonly pid: number | null;
  /** Structured clone: typed arrays stay typed arrays. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (code: number | null, signal: string | null) => void): void;
  /** `SIGKILL`: also one that does not come to handle a signal. */
  kill(signal?: 'SIGKILL'): void;
}

/** The other end: what the driver process itself holds. */
export interface ParentPort {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The parent is gone: nobody is left to work for. */
  onClosed(listener: () => void): void;
}

/** Electron's `process.parentPort` in a utility process; its messages come wrapped in events. */
interface UtilityPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
}

/** The parent of this process: an Electron utility process has `parentPort`, a forked one has `send`. */
export function parentPort(): ParentPort {
  const utility = (process as unknown as { parentPort?: UtilityPort }).parentPort;
  if (utility !== undefined) {
    return {
      send: (message) => utility.postMessage(message),
      onMessage: (listener) => utility.on('message', ({ data }) => listener(data)),
      onClosed: (listener) => utility.on('close', listener),
    };
  }
  return {
    send: (message) => {
      if (process.connected) process.send?.(message);
    },
    onMessage: (listener) => void process.on('message', listener),
    onClosed: (listener) => void process.on('disconnect', listener),
  };
}
