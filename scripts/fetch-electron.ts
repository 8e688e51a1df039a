import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const electronFolder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));

/** The Electron binary of this checkout, or null where it has not been fetched. */
export function electronBinary(): string | null {
  const name = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[
    process.platform as string
  ];
  const file = join(electronFolder, 'dist', name ?? 'electron');
  return existsSync(file) && existsSync(join(electronFolder, 'path.txt')) ? file : null;
}

/**
 * Tries to fetch the binary, in a process of its own so that a silent line can be given up.
 * `idleSeconds`: longest time without a byte. Resolves to null, or to the reason why there is no binary.
 */
export function fetchElectron(idleSeconds: number): Promise<string | null> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fetch-electron-child.ts')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new Promise((resolve) => {
    const giveUp = (): void => {
      child.kill('SIGKILL');
      resolve(`no byte of Electron came in ${idleSeconds} s`);
    };
    let timer = setTimeout(giveUp, idleSeconds * 1000);
    child.stdout.on('data', (data: Buffer) => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, idleSeconds * 1000);
      showProgress(data.toString());
    });
    child.on('exit', (code) => {
      clearTimeout(timer);
      process.stderr.write(process.stderr.isTTY ? '\r\x1b[K' : '');
      resolve(code === 0 && electronBinary() !== null ? null : 'Electron could not be downloaded');
    });
  });
}

function showProgress(lines: string): void {
  const last = lines.trim().split('\n').at(-1) ?? '';
  if (process.stderr.isTTY) process.stderr.write(`\rFetching Electron: ${last}\x1b[K`);
}
