import type { AuditRepository } from '#store/api.ts';
import { canonicalJson } from './canonical-json.ts';

/** Entries between two signed checkpoints at most, where `noticed` is called after each run. */
export const CHECKPOINT_EVERY = 1000;

export interface Checkpoints {
  /** Signs the head now, unless it is signed already: at batch close and before an export. */
  sign(): Promise<void>;
  /** Call after work was done: signs when enough entries have come together since the last checkpoint. */
  noticed(): Promise<void>;
}

export interface CheckpointOptions {
  audit: AuditRepository;
  /** Compact JWS of a payload under the station key. */
  sign: (payload: string) => Promise<string>;
  every?: number;
}

/**
 * Signed checkpoints of the audit chain: without them whoever can write the database could recompute all of it.
 * Payload: canonical JSON of {format: 'rootline-checkpoint/1', sequence, hash, at}.
 */
export function createCheckpoints({ audit, sign, every = CHECKPOINT_EVERY }: CheckpointOptions): Checkpoints {
  let turn: Promise<void> = Promise.resolve();

  async function signAfter(entries: number): Promise<void> {
    const [head, last] = await Promise.all([audit.head(), audit.lastCheckpoint()]);
    if (head.sequence - (last?.sequence ?? 0) < entries) return;
    const at = new Date().toISOString();
    const jws = await sign(canonicalJson({ format: 'rootline-checkpoint/1', ...head, at }));
    await audit.addCheckpoint(head.sequence, jws);
  }

  /** One at a time: two would sign the same head. A failed one does not stop the next. */
  function queue(entries: number): Promise<void> {
    const mine = turn.then(() => signAfter(entries));
    turn = mine.catch(() => undefined);
    return mine;
  }

  return { sign: () => queue(1), noticed: () => queue(every) };
}
