import { fork } from 'node:child_process';
import type { ProcessPort } from './process-port.ts';

/** Starts the driver process under plain Node. `modulePath`: host/main.ts, or its bundle. */
export function spawnForked(modulePath: string): ProcessPort {
  const child = fork(modulePath, [], { serialization: 'advanced', execArgv: [] });
  return {
    pid: child.pid ?? null,
    send: (message) => {
      if (child.connected) child.send(message as object, () => undefined);
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      let ended = false;
      const end = (code: number | null, signal: string | null) => {
        if (!ended) listener(code, signal);
        ended = true;
      };
      child.on('exit', end);
      child.on('error', () => end(null, null));
    },
    kill: (signal) => void child.kill(signal),
  };
}
