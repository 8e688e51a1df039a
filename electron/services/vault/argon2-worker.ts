import { parentPort, workerData } from 'node:worker_threads';
import { argon2id } from '@noble/hashes/argon2.js';
import type { Argon2Job } from './argon2.ts';

const { secret, salt, memory, passes, lanes, length } = workerData as Argon2Job;
const key = argon2id(secret, salt, { m: memory, t: passes, p: lanes, dkLen: length });
secret.fill(0);
parentPort?.postMessage(key, [key.buffer]);
