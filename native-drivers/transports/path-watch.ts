import { existsSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { listPorts } from './ports.ts';

/** Windows tells of serial ports by its list only. */
const LIST_INTERVAL_MS = 2000;

const folders = new Map<string, { watcher: FSWatcher; listeners: Map<string, Set<() => void>> }>();

/**
 * Calls `listener` whenever the name of a port comes or goes: a cable pulled or plugged. Sites share one watch per
 * folder. Returns its remover.
 */
export function watchPath(path: string, listener: () => void): () => void {
  if (process.platform === 'win32') return watchList(path, listener);
  const folder = dirname(path);
  const name = basename(path);
  const entry = folders.get(folder) ?? openFolder(folder);
  if (entry === null) return () => undefined;
  const listeners = entry.listeners.get(name) ?? new Set();
  entry.listeners.set(name, listeners.add(listener));
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) entry.listeners.delete(name);
    if (entry.listeners.size > 0 || folders.get(folder) !== entry) return;
    entry.watcher.close();
    folders.delete(folder);
  };
}

/** True where the port's name leads to something; a symbolic link to a vanished terminal does not. */
export function pathExists(path: string): boolean {
  return process.platform === 'win32' || existsSync(path);
}

function openFolder(folder: string) {
  if (!existsSync(folder)) return null;
  const listeners = new Map<string, Set<() => void>>();
  const watcher = watch(folder, (type, name) => {
    // `change` is every byte written to a terminal in the folder: not a coming or going.
    if (type !== 'rename') return;
    for (const [known, calls] of listeners) {
      if (name !== null && name !== known) continue;
      for (const call of [...calls]) call();
    }
  });
  watcher.on('error', () => folders.delete(folder));
  const entry = { watcher, listeners };
  folders.set(folder, entry);
  return entry;
}

function watchList(path: string, listener: () => void): () => void {
  let known = true;
  const look = async () => {
    const present = (await listPorts()).some((port) => port.path === path);
    if (present !== known) listener();
    known = present;
  };
  const timer = setInterval(() => void look().catch(() => undefined), LIST_INTERVAL_MS);
  return () => clearInterval(timer);
}
