import { DriverError } from '#drivers/core/errors.ts';
import type { EspChip } from './chips.ts';
import { bytesOf, type Efuse, fieldOf, setField, wordsOf } from './efuse.ts';
import type { KeyBlock } from './efuse-tables.ts';

/** Key purposes of later chips (espefuse, `EfuseKeyPurposeField.KEY_PURPOSES`). */
const PURPOSE_XTS_AES_128 = 4;
const PURPOSE_DIGEST_0 = 9;
const KEY_BYTES = 32;
/** The last key block cannot hold a flash encryption key (ESP-IDF, "eFuse Manager": EFUSE_BLK9, a fault of hardware). */
const LAST_FOR_ENCRYPTION = 8;
/** ESP32, coding scheme of blocks 1 to 3: 0 and 3 leave them 32 bytes long (esp32.yaml, CODING_SCHEME). */
const CODING = { word: 6, bit: 0, width: 2, disable: 10 };
/** Every tweak bit is used (ESP-IDF, "Flash Encryption", FLASH_CRYPT_CONFIG). */
const FULL_TWEAK = 0xf;

interface Key {
  kind: 'digest' | 'key';
  purpose: number;
}

const KEYS: Readonly<Record<string, Key>> = {
  'secure-boot-digest-0': { kind: 'digest', purpose: PURPOSE_DIGEST_0 },
  'secure-boot-digest-1': { kind: 'digest', purpose: PURPOSE_DIGEST_0 + 1 },
  'secure-boot-digest-2': { kind: 'digest', purpose: PURPOSE_DIGEST_0 + 2 },
  'flash-encryption-key': { kind: 'key', purpose: PURPOSE_XTS_AES_128 },
};

const refuse = (
  code: 'unsupported' | 'bad-argument' | 'wrong-state',
  message: string,
  context: Record<string, string | number>,
): DriverError => new DriverError(code, message, { context });

/** Names that `burn` takes for a chip. */
export function fuseNames(chip: EspChip): string[] {
  return [...Object.keys(chip.efuse.fields), ...Object.keys(KEYS).filter((name) => isForChip(chip, name))];
}

/** The ESP32 has one place for a digest, and one for a key. */
function isForChip(chip: EspChip, name: string): boolean {
  return chip.efuse.keyBlocks[0]?.purpose !== null || !/-[12]$/.test(name);
}

/**
 * Burns a fuse and reads it back. A fuse that holds the value already is left alone: after a lost answer the same
 * order finds out what became of it (but for a key that is read-protected by then: refused, as it cannot be compared).
 * Resolves with what stands there; of a key, which nobody can read, with nothing.
 */
export async function burnFuse(
  efuse: Efuse,
  chip: EspChip,
  fuse: string,
  value: Uint8Array,
): Promise<Uint8Array> {
  const key = isForChip(chip, fuse) ? KEYS[fuse] : undefined;
  if (key !== undefined) return burnKey(efuse, chip, key, fuse, value);
  const field = chip.efuse.fields[fuse];
  if (field === undefined) throw refuse('unsupported', 'This chip has no fuse of that name.', { fuse });
  return burnField(efuse, chip, fuse, value);
}

async function burnField(efuse: Efuse, chip: EspChip, fuse: string, value: Uint8Array): Promise<Uint8Array> {
  const field = chip.efuse.fields[fuse] ?? chip.efuse.readDisable;
  const wanted = value.reduceRight((sum, byte) => sum * 256 + byte, 0);
  if (value.length < 1 || value.length > 4 || wanted >= 2 ** field.width || wanted === 0)
    throw refuse('bad-argument', 'The value does not fit the fuse.', { fuse, bits: field.width });
  const words = await efuse.read(0);
  const before = fieldOf(words, field);
  if (before === wanted) return value.slice();
  if ((before & ~wanted) !== 0)
    throw refuse('wrong-state', 'A burned bit cannot be taken back.', { fuse, found: before });
  if (field.disable !== null && fieldOf(words, chip.efuse.writeDisable) & (1 << field.disable))
    throw refuse('wrong-state', 'The fuse is write-protected.', { fuse, found: before });
  await checkOrder(efuse, chip, fuse, words);
  const bits: number[] = words.map(() => 0);
  setField(bits, field, wanted & ~before);
  await efuse.burn(0, bits);
  const after = fieldOf(await efuse.read(0), field);
  if (after !== wanted) throw notTaken(fuse);
  return value.slice();
}

/** What must be there before: a chip that is told to check or decrypt without a key never starts again. */
async function checkOrder(efuse: Efuse, chip: EspChip, fuse: string, words: number[]): Promise<void> {
  if (fuse === 'secure-boot' || fuse === 'flash-encryption') {
    const kind = fuse === 'secure-boot' ? 'digest' : 'key';
    if (!(await holdsKey(efuse, chip, kind, words)))
      throw refuse('wrong-state', 'The key that this fuse needs is not in the chip.', {
        fuse,
        missing: kind,
      });
  }
  const config = chip.efuse.fields['flash-encryption-config'];
  if (fuse === 'flash-encryption' && config !== undefined && fieldOf(words, config) !== FULL_TWEAK)
    throw refuse('wrong-state', 'Burn flash-encryption-config first.', { fuse, needed: FULL_TWEAK });
}

async function holdsKey(
  efuse: Efuse,
  chip: EspChip,
  kind: Key['kind'],
  words: readonly number[],
): Promise<boolean> {
  const purposes = Object.values(KEYS).filter((key) => key.kind === kind);
  for (const keyBlock of chip.efuse.keyBlocks) {
    if (keyBlock.purpose !== null) {
      const found = fieldOf(words, keyBlock.purpose);
      if (purposes.some(({ purpose }) => purpose === found)) return true;
    } else if (keyBlock.block === firstBlock(kind) && !(await isFree(efuse, chip, keyBlock, words)))
      return true;
  }
  return false;
}

/** ESP32: block 1 is for the key, block 2 for the digest (espefuse, aliases of `EfuseDefineBlocks`). */
const firstBlock = (kind: Key['kind']): number => (kind === 'key' ? 1 : 2);

async function isFree(
  efuse: Efuse,
  chip: EspChip,
  { block, readDisable }: KeyBlock,
  words: readonly number[],
): Promise<boolean> {
  if (fieldOf(words, chip.efuse.readDisable) & (1 << readDisable)) return false;
  return (await efuse.read(block)).every((word) => word === 0);
}

async function burnKey(
  efuse: Efuse,
  chip: EspChip,
  key: Key,
  fuse: string,
  value: Uint8Array,
): Promise<Uint8Array> {
  if (value.length !== KEY_BYTES) throw refuse('bad-argument', 'A key or digest has 32 bytes.', { fuse });
  const words = await efuse.read(0);
  // The hardware takes a key from its other end (espefuse, burn_key: "Reversing the byte order").
  const stored = wordsOf(key.kind === 'key' ? value.slice().reverse() : value);
  try {
    const place = await placeFor(efuse, chip, key, { words, stored, fuse });
    if (place.state === 'done') return key.kind === 'key' ? new Uint8Array(0) : value.slice();
    if (place.state === 'free') await burnBlock(efuse, place.keyBlock.block, stored, fuse);
    await protect(efuse, chip, key, place.keyBlock, fuse);
    if (key.kind === 'key') return new Uint8Array(0);
    return bytesOf(await efuse.read(place.keyBlock.block));
  } finally {
    stored.fill(0);
  }
}

interface Place {
  keyBlock: KeyBlock;
  /** `burned`: holds the value and is not yet marked and protected: a run that was cut short between the two. */
  state: 'free' | 'burned' | 'done';
}

async function placeFor(
  efuse: Efuse,
  chip: EspChip,
  key: Key,
  { words, stored, fuse }: { words: number[]; stored: number[]; fuse: string },
): Promise<Place> {
  checkChip(chip, words, fuse);
  if (key.kind === 'key' && fieldOf(words, chip.efuse.writeDisable) & 1)
    throw refuse('wrong-state', 'A key could not be hidden any more: read protection is locked.', { fuse });
  let free: KeyBlock | null = null;
  for (const keyBlock of candidates(chip, key)) {
    const purpose = keyBlock.purpose === null ? key.purpose : fieldOf(words, keyBlock.purpose);
    const hidden = (fieldOf(words, chip.efuse.readDisable) & (1 << keyBlock.readDisable)) !== 0;
    const kept = (fieldOf(words, chip.efuse.writeDisable) & (1 << keyBlock.writeDisable)) !== 0;
    const held = await efuse.read(keyBlock.block);
    const same = !hidden && held.every((word, index) => word === stored[index]);
    if (purpose === key.purpose && (hidden || kept)) {
      if (same) return { keyBlock, state: 'done' };
      throw refuse('wrong-state', 'The chip holds one already, and not this one or not to be read.', {
        fuse,
        block: keyBlock.block,
      });
    }
    const usable = purpose === 0 || purpose === key.purpose;
    if (usable && same) return { keyBlock, state: 'burned' };
    if (usable && !hidden && !kept && held.every((word) => word === 0)) free ??= keyBlock;
  }
  if (free !== null) return { keyBlock: free, state: 'free' };
  throw refuse('wrong-state', 'The chip has no free key block.', { fuse });
}

function candidates(chip: EspChip, key: Key): readonly KeyBlock[] {
  const { keyBlocks } = chip.efuse;
  if (keyBlocks[0]?.purpose === null) return keyBlocks.filter(({ block }) => block === firstBlock(key.kind));
  return key.kind === 'key' ? keyBlocks.filter(({ block }) => block <= LAST_FOR_ENCRYPTION) : keyBlocks;
}

function checkChip(chip: EspChip, words: readonly number[], fuse: string): void {
  const scheme = fieldOf(words, CODING);
  if (chip.efuse.check === null && scheme !== 0 && scheme !== 3)
    throw refuse('unsupported', 'This chip keeps 24 bytes in a block: no key of 32 fits.', { fuse, scheme });
}

/** The block first, read back while it can be read; then, in one command, what it is for and its protection. */
async function burnBlock(
  efuse: Efuse,
  block: number,
  stored: readonly number[],
  fuse: string,
): Promise<void> {
  await efuse.burn(block, stored);
  const held = await efuse.read(block);
  if (!held.every((word, index) => word === stored[index])) throw notTaken(fuse);
}

async function protect(
  efuse: Efuse,
  chip: EspChip,
  key: Key,
  keyBlock: KeyBlock,
  fuse: string,
): Promise<void> {
  const { writeDisable, readDisable, blocks } = chip.efuse;
  const { purpose } = keyBlock;
  const bits = Array<number>(blocks[0]?.words ?? 0).fill(0);
  setField(bits, writeDisable, 1 << keyBlock.writeDisable);
  if (key.kind === 'key') setField(bits, readDisable, 1 << keyBlock.readDisable);
  if (purpose !== null) {
    setField(bits, purpose, key.purpose);
    if (purpose.disable !== null) setField(bits, writeDisable, 1 << purpose.disable);
  }
  await efuse.burn(0, bits);
  const words = await efuse.read(0);
  const taken = bits.every((bit, index) => ((words[index] ?? 0) & bit) >>> 0 === bit);
  if (!taken || (key.kind === 'key' && !(await readsNothing(efuse, keyBlock.block)))) throw notTaken(fuse);
}

const readsNothing = async (efuse: Efuse, block: number): Promise<boolean> =>
  (await efuse.read(block)).every((word) => word === 0);

const notTaken = (fuse: string): DriverError =>
  new DriverError('verify-mismatch', 'The fuse reads other than it was burned.', {
    chip: 'unknown',
    context: { fuse },
  });
