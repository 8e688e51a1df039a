import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext } from '#drivers/core/operations.ts';
import type { AteccClient } from '#drivers/protocols/atecc/client.ts';
import { BLOCK, OP, slotBytes, WORD, ZONE } from '#drivers/protocols/atecc/constants.ts';
import { slotAddress } from '#drivers/protocols/atecc/packet.ts';
import { refuseIfAborted } from '../outcome.ts';

/** A run of data slots as one piece of memory; each piece is what one command reads or writes. */
function piecesOf(slots: readonly number[]): { at: number; bytes: number; p1: number; p2: number }[] {
  let at = 0;
  return slots.flatMap((slot) => {
    const pieces = [];
    for (let done = 0; done < slotBytes(slot);) {
      const isBlock = slotBytes(slot) - done >= BLOCK;
      const bytes = isBlock ? BLOCK : WORD;
      const word = (done % BLOCK) / WORD;
      const p1 = isBlock ? ZONE.data | ZONE.block : ZONE.data;
      pieces.push({ at, bytes, p1, p2: slotAddress(slot, Math.floor(done / BLOCK)) | word });
      done += bytes;
      at += bytes;
    }
    return pieces;
  });
}

export const capacityOf = (slots: readonly number[]): number =>
  slots.reduce((sum, slot) => sum + slotBytes(slot), 0);

/** The first `length` bytes. */
export async function readSlots(
  client: AteccClient,
  slots: readonly number[],
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(capacityOf(slots));
  for (const piece of piecesOf(slots).filter(({ at }) => at < length))
    bytes.set(await client.run({ op: OP.read, p1: piece.p1, p2: piece.p2 }, piece.bytes), piece.at);
  return bytes.subarray(0, length);
}

/** In clear; what the last piece has beyond the content is zeros. Read back and compared. */
export async function writeSlots(
  client: AteccClient,
  slots: readonly number[],
  content: Uint8Array,
  context: OperationContext,
): Promise<void> {
  const whole = new Uint8Array(capacityOf(slots));
  whole.set(content);
  for (const piece of piecesOf(slots).filter(({ at }) => at < content.length)) {
    refuseIfAborted(context.signal);
    const data = whole.slice(piece.at, piece.at + piece.bytes);
    await client.run({ op: OP.write, p1: piece.p1, p2: piece.p2, data }, 1);
    const done = Math.min(piece.at + piece.bytes, content.length);
    context.progress({ done, total: content.length, unit: 'B', note: 'Write' });
  }
  const kept = await readSlots(client, slots, content.length);
  if (!Buffer.from(kept).equals(content))
    throw new DriverError('verify-mismatch', 'The slots hold other bytes than were written.', {
      chip: 'not-locked',
      context: { slots: slots.join(' ') },
    });
}
