import { createHash, randomBytes } from 'node:crypto';
import type { VirtualPart, VirtualTarget } from './target.ts';

/** Parts taken out that are remembered: enough for a fixture's worth, and bounded. */
const KEPT = 128;

/** Where parts come from and go to: one put in again by its unique id is the same silicon, in any socket. */
export class PartShelf {
  private readonly target: VirtualTarget;
  private readonly seed: number | null;
  private readonly taken = new Map<string, VirtualPart>();
  private made = 0;

  /** With a seed the unique ids of fresh parts repeat from run to run. */
  constructor(target: VirtualTarget, seed: number | null) {
    this.target = target;
    this.seed = seed;
  }

  fresh(): VirtualPart {
    this.made += 1;
    const { target } = this;
    if (this.seed === null) return target.newPart(Uint8Array.from(randomBytes(target.uidBytes)));
    const digest = createHash('sha256').update(`${this.seed}/${this.made}`).digest();
    return target.newPart(Uint8Array.from(digest.subarray(0, target.uidBytes)));
  }

  /** The part of that unique id: from the shelf, or a fresh one that bears it. */
  named(uid: Uint8Array): VirtualPart {
    const key = Buffer.from(uid).toString('hex');
    const part = this.taken.get(key) ?? this.target.newPart(uid);
    this.taken.delete(key);
    return part;
  }

  keep(part: VirtualPart): void {
    const key = Buffer.from(part.uid).toString('hex');
    this.taken.set(key, part);
    const oldest = this.taken.keys().next().value;
    if (this.taken.size > KEPT && oldest !== undefined) this.taken.delete(oldest);
  }
}
