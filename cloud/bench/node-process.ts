import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CloudOptions } from '#cloud/server/config.ts';

export interface NodeUse {
  peakBytes: number;
  cpuSeconds: number;
}

export interface NodeProcess {
  child: ChildProcess;
  stationUrl: string;
  publicUrl: string;
  /** Closes it as an operator would; resolves with what it used. */
  stop(): Promise<NodeUse>;
}

/** A cloud node in a process of its own, as in life: what it needs is not ours, and it can be killed. */
export async function nodeProcess(options: Omit<CloudOptions, 'clock'>): Promise<NodeProcess> {
  const child = fork(join(import.meta.dirname, 'node-child.ts'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.send(options);
  const [ready] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('The node ended before it stood'))),
  ])) as [{ stationUrl: string; publicUrl: string }];
  return {
    child,
    ...ready,
    stop: async () => {
      child.send('stop');
      const [use] = (await once(child, 'message')) as [NodeUse];
      await once(child, 'exit');
      return use;
    },
  };
}
