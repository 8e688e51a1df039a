import { altered, CourierError } from './errors.ts';

/** AuthEnvelopedData's object identifier, DER (RFC 5083, 2.1). */
const TYPE = Buffer.from('060b2a864886f70d0109100117', 'hex');
const [SEQUENCE, EXPLICIT] = [0x30, 0xa0];

/** Bytes that `recognise` needs of a file: three nested heads of at most six octets, and the type. */
export const HEAD_LENGTH = 3 * 6 + TYPE.length;

const notCourier = (): CourierError =>
  new CourierError('not-courier', 'This is not a courier file, or its beginning is destroyed.');

const cutOff = (is: number, should: number | null): CourierError =>
  new CourierError('cut-off', 'The courier file ends too early: it was not copied to its end.', {
    context: { is, should },
  });

/** A head of DER at `at`: where its content begins and ends. Null where the bytes end before that is known. */
function readHead(head: Buffer, at: number, tag: number): { begin: number; end: number } | null {
  const [found, first] = [head[at], head[at + 1]];
  if (found !== undefined && found !== tag) throw notCourier();
  if (first === undefined) return null;
  if (first < 0x80) return { begin: at + 2, end: at + 2 + first };
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw notCourier();
  const begin = at + 2 + count;
  return head.length < begin ? null : { begin, end: begin + head.readUIntBE(at + 2, count) };
}

function checkType(head: Buffer, at: number): boolean {
  const found = head.subarray(at, at + TYPE.length);
  if (!found.equals(TYPE.subarray(0, found.length))) throw notCourier();
  return found.length === TYPE.length;
}

/** The end that the three outer heads agree on, null where the bytes end before that is known. */
function declaredEnd(head: Buffer): number | null {
  const outer = readHead(head, 0, SEQUENCE);
  if (outer === null || !checkType(head, outer.begin)) return null;
  const middle = readHead(head, outer.begin + TYPE.length, EXPLICIT);
  const inner = middle === null ? null : readHead(head, middle.begin, SEQUENCE);
  if (inner === null) return null;
  // Three lengths that must agree: one that was changed cannot pass for a file that was cut off.
  if (middle?.end !== outer.end || inner.end !== outer.end) throw altered('length');
  return outer.end;
}

/**
 * Tells from the first bytes and the size of a file whether it is a whole courier file. `limit`: octets that we hold
 * at once. Throws `not-courier`, `cut-off`, `altered` or `too-large`.
 */
export function recognise(head: Buffer, size: number, limit: number): void {
  const end = declaredEnd(head.subarray(0, HEAD_LENGTH));
  if (end === null) throw cutOff(size, null);
  if (end > limit)
    throw new CourierError('too-large', 'The courier file is larger than this program takes in one piece.', {
      context: { is: end, limit },
    });
  if (size < end) throw cutOff(size, end);
  if (size > end) throw altered('bytes after the end');
}
