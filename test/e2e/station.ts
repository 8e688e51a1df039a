import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..', '..');

interface StationOptions {
  /** `wire` where a test must see a phase under way; `max` elsewhere. */
  speed: 'wire' | 'max';
  sites?: number;
  /** The chip in the sites of the virtual bench; without it that of the demo job. */
  target?: string;
  /** The folder of a station that ran before; without it a fresh one. */
  dataDir?: string;
  /** The same address again, for a station that comes back; without it any free one. */
  port?: number;
}

/** A station as `npm start` runs it, in a process of its own. */
export interface StationProcess {
  link: string;
  port: number;
  dataDir: string;
  /** Ends it as a person at the terminal does, and resolves once it is gone. Again is no harm. */
  stop(): Promise<void>;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
}

/** Resolves with the one-time link that the station prints; rejects with what it said when it does not start. */
export async function startStation(options: StationOptions): Promise<StationProcess> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'rootline-e2e-'));
  const { speed, sites = 4, target, port = 0 } = options;
  const args = ['--web', '--no-open', '--data-dir', dataDir, '--port', String(port)];
  const bench = ['--bench-speed', speed, '--bench-sites', String(sites)];
  if (target !== undefined) bench.push('--target', target);
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.ts'), ...args, ...bench], {
    cwd: root,
    // As a person's terminal has it, not a test runner's.
    env: { ...process.env, NODE_ENV: undefined },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = collect(child);
  const link = await Promise.race([firstLine(child), endOf(child).then(() => null)]);
  if (link === null) throw new Error(`The station did not start:\n${said()}`);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await endOf(child);
  };
  const dispose = async (): Promise<void> => {
    await stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { link, port: Number(new URL(link).port), dataDir, stop, dispose };
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  return () => text;
}

async function firstLine(child: ChildProcess): Promise<string | null> {
  if (child.stdout === null) return null;
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return line;
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
