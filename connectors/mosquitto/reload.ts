import { readFile } from 'node:fs/promises';
import { ConnectorError } from '../errors.ts';

/** Makes a broker read its files again; `systemctl reload`, a container's signal, whatever the place needs. */
export type Reload = (signal?: AbortSignal) => Promise<void>;

/** SIGHUP to the process of a pid file (mosquitto(8), "Signals"). Nobody else is ever signalled: the name is checked first. */
export function reloadByPidFile(path: string): Reload {
  return async () => {
    try {
      const pid = Number((await readFile(path, 'utf8')).trim());
      if (!Number.isSafeInteger(pid) || pid < 2) throw new Error('no process id in the file');
      const name = await nameOf(pid);
      if (name !== null && name !== 'mosquitto') throw new Error(`process ${pid} is not a broker`);
      process.kill(pid, 'SIGHUP');
    } catch (cause) {
      throw new ConnectorError(
        'reload',
        `The broker was not told to read its files again (${path}). They are written; it goes on with the old ones. Check that it runs and where its pid_file is.`,
        { context: { path }, cause },
      );
    }
  };
}

/** What Linux calls a process; null where there is no /proc to ask. */
async function nameOf(pid: number): Promise<string | null> {
  try {
    return (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
  } catch {
    return null;
  }
}
