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

const script = { url: new URL('./argon2-worker.ts', import.meta.url) };

/** A bundled program names its own worker script once, before the first derivation. */
export function useArgon2Worker(url: URL): void {
  script.url = url;
}

/**
 * Argon2id in a thread of its own: it takes up to a second, which the main loop must not stand still for. The secret
 * moves into the thread, which wipes it: the caller's array is empty afterwards.
 */
export function argon2id(job: Argon2Job): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const secret = job.secret.slice();
    job.secret.fill(0);
    const workerData: Argon2Job = { ...job, secret };
    const worker = new Worker(script.url, { workerData, transferList: [secret.buffer], execArgv: [] });
    worker.once('message', (key: Uint8Array) => resolve(key));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`argon2 thread ended with ${code}`)));
  });
}
