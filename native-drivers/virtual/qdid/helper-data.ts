import { BCH } from './bch.ts';
import { CELLS } from './silicon.ts';

/** Code blocks: 7 x 47 = 329 message bits, 256 + 64 and a little (docs/qdid-model.md, "What is left for the key"). */
export const BLOCKS = 7;
export const CODE_BITS = BLOCKS * BCH.n;
export const PAIRS = CELLS / 2;

/** Public: tells nothing of the key beyond what the code must give away. Layout in docs/qdid-model.md. */
export interface HelperData {
  salt: Uint8Array;
  /** One bit per pair of cells: 1 = its first cell is used. */
  mask: Uint8Array;
  /** Response XOR code word, packed. */
  offset: Uint8Array;
  /** HMAC-SHA256 under a key derived from the seed, over all before it. */
  tag: Uint8Array;
}

const MAGIC = Buffer.from('QDH1', 'ascii');
const SALT_BYTES = 32;
const MASK_BYTES = PAIRS / 8;
const OFFSET_BYTES = Math.ceil(CODE_BITS / 8);
const TAG_BYTES = 32;
const SALT_AT = MAGIC.length;
const MASK_AT = SALT_AT + SALT_BYTES;
const OFFSET_AT = MASK_AT + MASK_BYTES;
const TAG_AT = OFFSET_AT + OFFSET_BYTES;
export const HELPER_BYTES = TAG_AT + TAG_BYTES;

/** The part that the tag covers. */
export function packUntagged(helper: Omit<HelperData, 'tag'>): Uint8Array {
  return new Uint8Array(Buffer.concat([MAGIC, helper.salt, helper.mask, helper.offset]));
}

export function packHelper(helper: HelperData): Uint8Array {
  return new Uint8Array(Buffer.concat([packUntagged(helper), helper.tag]));
}

/** Null for anything of another length or kind. */
export function unpackHelper(bytes: Uint8Array): HelperData | null {
  if (bytes.length !== HELPER_BYTES || !MAGIC.equals(bytes.subarray(0, MAGIC.length))) return null;
  return {
    salt: bytes.slice(SALT_AT, MASK_AT),
    mask: bytes.slice(MASK_AT, OFFSET_AT),
    offset: bytes.slice(OFFSET_AT, TAG_AT),
    tag: bytes.slice(TAG_AT),
  };
}
