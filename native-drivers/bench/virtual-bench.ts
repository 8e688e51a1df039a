import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** One site of a running bench, as its JSON line names it. */
export interface BenchSite {
  id: string;
  port: string;
  /** Symbolic link that follows the port over every re-plug. */
  link: string;
  control: string;
}

export interface VirtualBench {
  sites: BenchSite[];
  stop(): Promise<void>;
}

/** Starts the virtual bench as a process of its own; resolves once its ports are ready. */
export async function startVirtualBench(options: {
  target: string;
  sites: number;
  speed: 'wire' | 'max';
  /** Sockets start without parts. */
  empty?: boolean;
}): Promise<VirtualBench> {
  const main = fileURLToPath(import.meta.resolve('#drivers/virtual/main.ts'));
  const words = ['--target', options.target, '--sites', String(options.sites), '--speed', options.speed];
  const empty = options.empty === true ? ['--empty'] : [];
  // `--attached`: its standard input ends with this process, and the bench with it.
  const child = spawn(process.execPath, [main, ...words, ...empty, '--json', '--attached'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill();
    await ended;
  };
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [unknown];
  if (typeof line !== 'string') throw new Error('The virtual bench ended before its ports were ready.');
  return { ...(JSON.parse(line) as { sites: BenchSite[] }), stop };
}
