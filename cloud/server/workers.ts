import type { CloudContext } from './context.ts';

/** Background work of this node; settles when all of it has ended after `closing`. */
export async function startWorkers(_context: CloudContext): Promise<void> {
  await Promise.resolve();
}
