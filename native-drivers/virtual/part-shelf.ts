import { createHash, randomBytes } from 'node:crypto';
import { Part } from './ra8m1/part.ts';

/** Parts taken out that are remembered: enough for a fixture's worth, and bounded. */
const KEPT = 128;

/** Where parts come from and go to: one put in again by its unique id is the same silicon, in any socket. */
export class PartShelf {
  private readonly seed: number | null;
  private readonly taken = new Map<string, Part>();
  private made = 0;

  /** With a seed the unique ids of fresh parts repeat from run to run. */
  constructor(seed: number | null) {
    this.seed = seed;
  }

  fresh(): Part {
    this.made += 1;
    if (this.seed === null) return new Part(randomBytes(16));
    const digest = createHash('sha256').update(`${this.seed}/${this.made}`).digest();
    return new Part(Uint8Array.from(digest.subarray(0, 16)));
  }

  /** The part of that unique id: from the shelf, or a fresh one that bears it. */
  named(uid: Uint8Array): Part {
    const key = Buffer.from(uid).toString('hex');
    const part = this.taken.get(key) ?? new Part(uid);
    this.taken.delete(key);
    return part;
  }

  keep(part: Part): void {
    const key = Buffer.from(part.uid).toString('hex');
    this.taken.set(key, part);
    const oldest = this.taken.keys().next().value;
    if (this.taken.size > KEPT && oldest !== undefined) this.taken.delete(oldest);
  }
}
