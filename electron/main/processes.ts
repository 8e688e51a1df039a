import { utilityProcess, type UtilityProcess } from 'electron';
import type { ProcessPort } from '#drivers/host/process-port.ts';
import { benchReady, type BenchProcess } from '#compose/bench-process.ts';

/** The driver process under Electron: RunAsNode is fused off, so a utility process takes the place of a fork. */
export function spawnUtility(module: string, serviceName: string): ProcessPort {
  const child = utilityProcess.fork(module, [], { serviceName, stdio: 'inherit' });
  return {
    send: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.once('exit', (code) => listener(code, null)),
    kill: (signal) => {
      // A utility process is asked to end; one that hangs has to be made to.
      if (signal === undefined || child.pid === undefined) child.kill();
      else process.kill(child.pid, signal);
    },
    get pid() {
      return child.pid ?? null;
    },
  };
}

export function startUtilityBench(module: string, args: string[]): Promise<BenchProcess> {
  const child: UtilityProcess = utilityProcess.fork(module, args, {
    serviceName: 'Rootline virtual bench',
    stdio: 'pipe',
  });
  return benchReady({
    stdout: child.stdout,
    onExit: (listener) => void child.once('exit', (code) => listener(code)),
    kill: () => void child.kill(),
  });
}
