import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Two ends of a cable: a real pseudo-terminal each, joined by socat. */
export interface PtyPair {
  a: string;
  b: string;
  /** Pulls the cable: both terminals vanish. */
  pull(): Promise<void>;
}

export async function openPtyPair(): Promise<PtyPair> {
  const folder = mkdtempSync(join(tmpdir(), 'rootline-pty-'));
  const a = join(folder, 'a');
  const b = join(folder, 'b');
  const ends = [`pty,raw,echo=0,link=${a}`, `pty,raw,echo=0,link=${b}`];
  const ready = appears(folder, [a, b]);
  const socat = spawn('socat', ends, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => socat.once('exit', () => resolve()));
  await ready;
  return {
    a,
    b,
    pull: async () => {
      socat.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function appears(folder: string, paths: string[]): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, () => check());
    const check = () => {
      if (!paths.every((path) => existsSync(path))) return;
      watcher.close();
      resolve();
    };
    check();
  });
}
