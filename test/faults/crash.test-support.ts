import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CrashOrder } from './crash-station.ts';

/** Starts a station in a process of its own and resolves once every site stands where it is to be killed. */
export async function runUntilHeld(order: CrashOrder, insert: () => Promise<void>): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'crash-station.ts'), [JSON.stringify(order)], {
    execArgv: [],
  });
  const held = new Set<string>();
  const all = Object.keys(order.hold).length;
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  child.on('exit', () => reject(new Error('the station ended by itself')));
  child.on('message', (message: { ready?: number; held?: string }) => {
    if (message.ready !== undefined) insert().catch(reject);
    if (message.held !== undefined) held.add(message.held);
    if (held.size === all) resolve(undefined);
  });
  await promise;
  return child;
}

/** kill -9, and the wait until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  child.removeAllListeners('exit');
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
