import { Worker } from 'node:worker_threads';

/** Argon2id cost, RFC 9106 section 3.1: memory in KiB, passes, lanes. */
export interface Argon2Cost {
  memory: number;
  passes: number;
  lanes: number;
}
export interface Argon2Job extends Argon2Cost {
  secret: Uint8Array<ArrayBuffer>;
  salt: Uint8Array;
  /** Bytes to derive. */
  length: number;
}

/** Beside this module: as source, or as the bundler's output of the same name beside the bundle. */
const script = new URL(
  import.meta.url.endsWith('.ts') ? './argon2-worker.ts' : './argon2-worker.mjs',
  import.meta.url,
);

/**
 * Argon2id in a thread of its own: it takes up to a second, which the main loop must not stand still for. The secret
 * moves into the thread, which wipes it: the caller's array is empty afterwards.
 */
export function argon2id(job: Argon2Job): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const secret = job.secret.slice();
    job.secret.fill(0);
    const workerData: Argon2Job = { ...job, secret };
    const worker = new Worker(script, { workerData, transferList: [secret.buffer], execArgv: [] });
    worker.once('message', (key: Uint8Array) => resolve(key));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`argon2 thread ended with ${code}`)));
  });
}
