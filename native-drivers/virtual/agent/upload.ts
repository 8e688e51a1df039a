import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { EnrolmentError } from '#drivers/protocols/smp/enrolment.ts';
import { SmpGroup } from '#drivers/protocols/smp/constants.ts';
import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { AgentRefusal } from './refusal.ts';

const bytes = z.instanceof(Uint8Array);
const piece = z.object({
  off: z.number().int().min(0),
  data: bytes.refine((value) => value.length > 0),
  len: z.number().int().min(1).optional(),
  sha: bytes.refine((value) => value.length === 32).optional(),
});
const wanted = z.object({ off: z.number().int().min(0), len: z.number().int().min(1) });
const refuse = (rc: number): AgentRefusal => new AgentRefusal(SmpGroup.enrolment, rc);

/** One object on its way in, piece by piece. A piece at another offset changes nothing and is told the right one. */
export class Upload {
  readonly #room: number;
  #object = Buffer.alloc(0);
  #sha = new Uint8Array(0);
  #next = 0;

  constructor(room: number) {
    this.#room = room;
  }

  /** The whole object once its last piece is in, else null. */
  accept(map: SmpMap): { off: number; object: Uint8Array | null } {
    const parsed = piece.safeParse(map);
    if (!parsed.success) throw refuse(EnrolmentError.invalid);
    const { off, data, len, sha } = parsed.data;
    if (off === 0) this.#begin(len, sha);
    if (off !== this.#next) return { off: this.#next, object: null };
    if (off + data.length > this.#object.length) throw refuse(EnrolmentError.tooLarge);
    this.#object.set(data, off);
    this.#next += data.length;
    const isDone = this.#next === this.#object.length;
    return { off: this.#next, object: isDone ? this.#take() : null };
  }

  #begin(len: number | undefined, sha: Uint8Array | undefined): void {
    if (len === undefined || sha === undefined) throw refuse(EnrolmentError.invalid);
    if (len > this.#room) throw refuse(EnrolmentError.tooLarge);
    this.#object = Buffer.alloc(len);
    this.#sha = Uint8Array.from(sha);
    this.#next = 0;
  }

  #take(): Uint8Array {
    if (timingSafeEqual(createHash('sha256').update(this.#object).digest(), this.#sha))
      return Uint8Array.from(this.#object);
    this.#object = Buffer.alloc(0);
    this.#next = 0;
    throw refuse(EnrolmentError.badHash);
  }
}

/** A piece of an object on its way out, no longer than asked for nor than `most`. */
export function pieceOf(object: Uint8Array, map: SmpMap, most: number): SmpMap {
  const parsed = wanted.safeParse(map);
  if (!parsed.success || parsed.data.off >= object.length) throw refuse(EnrolmentError.invalid);
  const { off, len } = parsed.data;
  const data = object.subarray(off, off + Math.min(len, most));
  const sha = new Uint8Array(createHash('sha256').update(object).digest());
  return { off, data, len: object.length, sha };
}
