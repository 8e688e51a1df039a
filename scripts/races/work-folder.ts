import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

interface WorkFolder {
  root: string;
  path: (name: string) => string;
  dispose: () => Promise<void>;
}

/** A temporary folder for the files of an independent program. */
export function workFolder(): WorkFolder {
  const root = mkdtempSync(join(tmpdir(), 'rootline-race-'));
  const dispose = (): Promise<void> => {
    rmSync(root, { recursive: true, force: true });
    return Promise.resolve();
  };
  return { root, path: (name) => join(root, name), dispose };
}

/** Longest time a run may take, milliseconds: what hangs must not hang everything. */
const LONGEST = 120_000;

/** Rejects with what the program printed when it fails. */
export async function runIn(folder: WorkFolder, program: string, args: string[]): Promise<void> {
  await promisify(execFile)(program, args, { cwd: folder.root, timeout: LONGEST });
}
