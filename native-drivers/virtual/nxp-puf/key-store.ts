import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { streamOf, type Entropy } from '../qdid/random.ts';

/**
 * Key store of an LPC55S6x: NXP's device header PERI_FLASH_KEY_STORE.h (revision 2.0): header, discharge time, activation
 * code, then one key code of 56 bytes for each key.
 */
export const KEY_STORE_BYTES = 1536;
const HEADER = 0x95959595;
const ACTIVATION = { offset: 8, bytes: 1192 };
const KEY_CODE_BYTES = 56;
/** Key type (SPSDK commands.py, KeyProvUserKeyType) -> offset of its key code. */
const SLOTS: ReadonlyMap<number, number> = new Map([
  [3, 0x4b0],
  [11, 0x4e8],
  [12, 0x520],
  [7, 0x558],
  [8, 0x590],
  [9, 0x5c8],
]);
/** Second word of a key code: type, index, none, size in 64-bit units (fields of SBKEY_HEADER1 in the device header). */
const KEY_CODE_VALID = 0x59595959;
const KEY_BYTES: readonly number[] = [16, 32];

const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer =>
  createHmac('sha256', key).update(Buffer.concat(parts)).digest();

/**
 * The PUF and what the ROM keeps of it in RAM. The arithmetic is ours (NXP's is not public): a root key follows from the
 * cells of this part and the activation code; a key code is the key encrypted under it with a tag over header and key.
 */
export class KeyStore {
  /** What `write_key_nonvolatile` would keep. */
  ram: Uint8Array = new Uint8Array(KEY_STORE_BYTES);
  private readonly cells: Buffer;
  /** Another at each enrolment and key, and the same again for a part with the same history: what was recorded can be played. */
  private readonly noise: Entropy;
  private root: Buffer | null = null;

  constructor(uid: Uint8Array) {
    this.cells = createHash('sha256').update('cells of the PUF').update(uid).digest();
    this.noise = streamOf(uid, 'noise of the PUF');
  }

  /** Root key and RAM are lost. */
  reset(): void {
    this.root = null;
    this.ram = new Uint8Array(KEY_STORE_BYTES);
  }

  /** A new activation code, a new root key: key codes made before are worth nothing. */
  enroll(): void {
    const store = Buffer.alloc(KEY_STORE_BYTES);
    store.writeUInt32LE(HEADER, 0);
    store.set(this.noise(ACTIVATION.bytes), ACTIVATION.offset);
    this.ram = store;
    this.root = rootOf(this.cells, store);
  }

  /** False: no such key, or the PUF was not enrolled since the last reset (public remark in the lpc55 crate). */
  set(type: number, key: Uint8Array, intrinsic: boolean): boolean {
    const offset = SLOTS.get(type);
    if (this.root === null || offset === undefined || !KEY_BYTES.includes(key.length)) return false;
    this.ram.set(wrap(this.root, key, intrinsic), offset);
    return true;
  }

  makeKey(type: number, bytes: number): boolean {
    return KEY_BYTES.includes(bytes) && this.set(type, this.noise(bytes), true);
  }

  /** The key that this part makes of a stored key code; null where code and part do not belong together. */
  rebuild(store: Uint8Array, type: number): Uint8Array | null {
    const offset = SLOTS.get(type);
    const code = Buffer.from(store.subarray(offset, (offset ?? 0) + KEY_CODE_BYTES));
    if (offset === undefined || code.readUInt32LE(0) !== KEY_CODE_VALID) return null;
    return unwrap(rootOf(this.cells, store), code);
  }
}

const rootOf = (cells: Uint8Array, store: Uint8Array): Buffer =>
  hmac(cells, store.subarray(ACTIVATION.offset, ACTIVATION.offset + ACTIVATION.bytes));

function wrap(root: Uint8Array, key: Uint8Array, intrinsic: boolean): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(KEY_CODE_VALID, 0);
  head.set([intrinsic ? 1 : 0, 0, 0, key.length / 8], 4);
  const padded = Buffer.alloc(32);
  padded.set(key);
  const tag = hmac(root, head, padded).subarray(0, 16);
  return Buffer.concat([head, tag, createCipheriv('aes-256-ctr', root, tag).update(padded)]);
}

function unwrap(root: Uint8Array, code: Buffer): Uint8Array | null {
  const [head, tag] = [code.subarray(0, 8), code.subarray(8, 24)];
  const padded = createDecipheriv('aes-256-ctr', root, tag).update(code.subarray(24));
  if (!timingSafeEqual(hmac(root, head, padded).subarray(0, 16), tag)) return null;
  return padded.subarray(0, (head[7] ?? 0) * 8);
}
