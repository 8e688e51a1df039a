import { createHash, timingSafeEqual } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext } from '#drivers/core/operations.ts';
import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import { chunkResponse, uploadResponse } from '#drivers/protocols/smp/enrolment.ts';
import type { AgentLink } from './agent-link.ts';

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
/** Largest object that any command transfers: a bound on what a broken agent can make us collect. */
const MAX_OBJECT_BYTES = 16_384;

/** Reads an object of any length in pieces of the agent's buffer size and checks its SHA-256. */
export async function readObject(
  link: AgentLink,
  command: number,
  first: SmpMap,
  context: OperationContext,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const most = await link.chunkBytes(context.signal);
  for (let at = 0; ;) {
    const map = { ...(at === 0 ? first : {}), off: at, len: most };
    const piece = await link.ask(SmpOp.read, command, map, chunkResponse, context.signal, { attempts: 3 });
    parts.push(piece.data);
    at += piece.data.length;
    context.progress({ done: at, total: piece.len, unit: 'B' });
    if (piece.off + piece.data.length !== at || piece.len > MAX_OBJECT_BYTES || at > piece.len)
      throw new DriverError('bad-frame', 'The agent sent a piece out of place.', {
        context: { command, at },
      });
    if (at === piece.len) return checked(Buffer.concat(parts), piece.sha, command);
    if (piece.data.length === 0)
      throw new DriverError('bad-frame', 'The agent sent an empty piece.', { context: { command, at } });
  }
}

function checked(bytes: Buffer, sha: Uint8Array, command: number): Uint8Array {
  if (!timingSafeEqual(sha256(bytes), sha))
    throw new DriverError('verify-mismatch', 'An object read from the agent is damaged.', {
      context: { command, bytes: bytes.length },
    });
  return new Uint8Array(bytes);
}

/** Writes an object in pieces. The agent commits it once the last piece is in and the SHA-256 holds. */
export async function writeObject(
  link: AgentLink,
  command: number,
  object: Uint8Array,
  context: OperationContext,
): Promise<void> {
  const most = await link.chunkBytes(context.signal);
  for (let at = 0; at < object.length;) {
    const data = object.subarray(at, at + most);
    const start = at === 0 ? { len: object.length, sha: new Uint8Array(sha256(object)) } : {};
    const map = { off: at, data, ...start };
    // A repeated piece is answered with the next offset, so that a lost answer costs one repetition.
    const answer = await link.ask(SmpOp.write, command, map, uploadResponse, context.signal, { attempts: 3 });
    if (answer.off !== at + data.length)
      throw new DriverError('bad-frame', 'The agent expects another piece.', {
        context: { command, at, expected: answer.off },
      });
    at = answer.off;
    context.progress({ done: at, total: object.length, unit: 'B' });
  }
}
