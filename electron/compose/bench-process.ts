import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { simulatedTargets } from '#drivers/virtual/targets.ts';

const announcement = z.object({
  sites: z.array(z.object({ id: z.string(), port: z.string(), link: z.string(), control: z.string() })),
});
export type BenchSite = z.infer<typeof announcement>['sites'][number];

/** A running virtual bench: its sites, and how to end it. */
export interface BenchProcess {
  sites: BenchSite[];
  stop(): Promise<void>;
}

/** What both kinds of child process offer. */
export interface BenchChild {
  stdout: NodeJS.ReadableStream | null;
  onExit(listener: (code: number | null) => void): void;
  kill(): void;
}

/** Waits for the bench's one line of JSON; rejects when it ends before. */
export function benchReady(child: BenchChild): Promise<BenchProcess> {
  const exited = new Promise<number | null>((resolve) => child.onExit(resolve));
  const stop = async (): Promise<void> => {
    child.kill();
    await exited;
  };
  return new Promise((resolve, reject) => {
    void exited.then((code) =>
      reject(new Error(`The virtual bench ended with code ${code ?? 'none'} before it was ready.`)),
    );
    if (child.stdout === null) return reject(new Error('The virtual bench has no output to read.'));
    createInterface({ input: child.stdout }).once('line', (line) => {
      const parsed = announcement.safeParse(parse(line));
      if (parsed.success) resolve({ sites: parsed.data.sites, stop });
      else
        reject(
          new Error('The virtual bench said something that is not its announcement.', {
            cause: parsed.error,
          }),
        );
    });
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** The chip of a bench where nothing else is asked for. */
export const DEMO_TARGET = 'ra8m1';

/** A bench of empty sockets that ends with its parent. Throws RangeError for a target that is not simulated. */
export function benchArguments(sites: number, speed: 'wire' | 'max', target = DEMO_TARGET): string[] {
  const chip = simulatedTargets.get(target);
  if (chip === undefined) throw new RangeError(`The virtual bench has no chip for ${target}.`);
  const quantities = ['--sites', String(sites), '--speed', speed];
  return ['--target', chip, ...quantities, '--json', '--empty', '--attached'];
}

/** The bench under plain Node: used by the web host, the demo and the tests. */
export function startNodeBench(script: string, args: string[]): Promise<BenchProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, ...args],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  return benchReady({
    stdout: child.stdout,
    onExit: (listener) => child.once('exit', listener),
    kill: () => void child.kill('SIGTERM'),
  });
}
