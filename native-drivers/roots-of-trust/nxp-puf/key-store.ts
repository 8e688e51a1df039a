import { createHash } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';

/**
 * Key store of an LPC55S6x in its protected flash region: NXP's device header PERI_FLASH_KEY_STORE.h (revision 2.0) for
 * what stands where; the address is that of UM11126, "Protected Flash Region", as NXP's own tool is used with it (issue 67
 * of nxp-mcuxpresso/spsdk: `write-memory 0x9E600`, 1536 bytes).
 */
export const KEY_STORE_ADDRESS = 0x9e600;
export const KEY_STORE_BYTES = 1536;
/** Bytes that a part of revision 1B gives in one read of this region (remark in the lpc55 crate 0.2.1). */
export const READ_BYTES = 512;

const HEADER = 0x95959595;
const ACTIVATION = { offset: 8, bytes: 1192 };
const KEY_CODE_BYTES = 56;
/** First word of a key code that is there, on parts (remark in the lpc55 crate 0.2.1). No NXP document read says it. */
const KEY_CODE_VALID = 0x59595959;

export interface KeySlot {
  /** SPSDK commands.py, KeyProvUserKeyType; UM11126, "Key descriptions". */
  type: number;
  offset: number;
}

export const KEY_SLOTS = {
  /** Decrypts firmware containers (SB 2.1). */
  SBKEK: { type: 3, offset: 0x4b0 },
  /** For the application. */
  USERKEK: { type: 11, offset: 0x4e8 },
  /** Secret of DICE. */
  UDS: { type: 12, offset: 0x520 },
  /** Flash encryption, per region. */
  PRINCE0: { type: 7, offset: 0x558 },
  PRINCE1: { type: 8, offset: 0x590 },
  PRINCE2: { type: 9, offset: 0x5c8 },
} as const satisfies Record<string, KeySlot>;

/** Rejects a name that no slot has, before anything is sent. */
export function slotOf(name: string): KeySlot {
  const found = Object.entries(KEY_SLOTS).find(([slot]) => slot === name);
  if (found !== undefined) return found[1];
  throw new DriverError('bad-argument', 'This PUF has no such key slot.', {
    chip: 'untouched',
    context: { slot: name, slots: Object.keys(KEY_SLOTS).join(' ') },
  });
}

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** True once an activation code is kept (on parts: as soon as the PUF is enrolled and written, with or without keys). */
export const isEnrolled = (store: Uint8Array): boolean =>
  store.length === KEY_STORE_BYTES && view(store).readUInt32LE(0) === HEADER;

/** Which of this PUF's enrolments it is: SHA-256 of the activation code, hex. Null for a part that has none. */
export function helperDataHash(store: Uint8Array): string | null {
  if (!isEnrolled(store)) return null;
  const { offset, bytes } = ACTIVATION;
  return createHash('sha256')
    .update(store.subarray(offset, offset + bytes))
    .digest('hex');
}

/** The key code in a slot; null where none is. */
export function keyCodeOf(store: Uint8Array, { offset }: KeySlot): Uint8Array | null {
  if (view(store).readUInt32LE(offset) !== KEY_CODE_VALID) return null;
  return store.slice(offset, offset + KEY_CODE_BYTES);
}
