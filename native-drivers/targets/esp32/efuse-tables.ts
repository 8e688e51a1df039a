/** A field of eFuse block 0. `disable`: the bit of the write-disable field that keeps it as it is; null: none does. */
export interface Field {
  word: number;
  bit: number;
  width: number;
  disable: number | null;
}

/** A block of 32 bytes for a key or a digest. */
export interface KeyBlock {
  block: number;
  writeDisable: number;
  readDisable: number;
  /** Later chips: what the key is for. */
  purpose: Field | null;
}

/**
 * The eFuse controller of a chip, as espefuse drives it (`espefuse/efuse/<chip>/mem_definition.py`, fields in
 * `espefuse/efuse_defs/<chip>.yaml`). Offsets are from `base`.
 */
export interface EfuseController {
  base: number;
  /** Read registers, length in words, program registers. */
  blocks: readonly { read: number; words: number; program: number }[];
  configuration: number;
  command: number;
  /** Program registers of the check words; null: blocks are stored as they are. */
  check: number | null;
  /** Burn command of a block. */
  burn: (block: number) => number;
  /** Registers of the burn's timing, and what is set in them, for a crystal of 40 MHz. */
  timing: readonly { register: number; mask: number; value: number }[];
  keyBlocks: readonly KeyBlock[];
  writeDisable: Field;
  readDisable: Field;
  /** By the names that `burn` takes. */
  fields: Readonly<Record<string, Field>>;
}

/** Bit 0 of the write-disable field keeps the read-disable field: what can be read can be read for ever. */
const READ_LOCK = { word: 0, bit: 0, width: 1, disable: null };

const field = (word: number, bit: number, width: number, disable: number | null): Field => ({
  ...{ word, bit, width, disable },
});

/** ESP32: the technical reference manual's chapter "eFuse Controller"; timing of its table for 40 MHz. */
export function firstController(base: number): EfuseController {
  return {
    base,
    blocks: [
      { read: 0x00, words: 7, program: 0x1c },
      { read: 0x38, words: 8, program: 0x98 },
      { read: 0x58, words: 8, program: 0xb8 },
      { read: 0x78, words: 8, program: 0xd8 },
    ],
    configuration: 0xfc,
    command: 0x104,
    check: null,
    burn: () => 0x2,
    timing: [
      { register: 0x118, mask: 0xff, value: 80 },
      { register: 0x0f8, mask: 0xffff, value: 160 | (255 << 8) },
    ],
    keyBlocks: [1, 2].map((block) => ({
      ...{ block, writeDisable: 6 + block, readDisable: block - 1, purpose: null },
    })),
    writeDisable: field(0, 0, 16, 1),
    readDisable: field(0, 16, 4, 0),
    fields: {
      'read-protection-lock': READ_LOCK,
      'flash-encryption': field(0, 20, 7, 2),
      'flash-encryption-config': field(5, 28, 4, 10),
      'secure-boot': field(6, 5, 1, 13),
      'jtag-disable': field(6, 6, 1, 14),
      'download-encrypt-disable': field(6, 7, 1, 15),
      'download-decrypt-disable': field(6, 8, 1, 15),
      'download-cache-disable': field(6, 9, 1, 15),
    },
  };
}

const LATER_READ = [0x2c, 0x44, 0x5c, 0x7c, 0x9c, 0xbc, 0xdc, 0xfc, 0x11c, 0x13c, 0x15c];
const KEYS = 6;

/** ESP32-C3, S3, C6: one window of program registers, a command per block, check words, purposes of keys. */
export function laterController(
  base: number,
  timing: { powerOn: number; powerOff: number },
): EfuseController {
  return {
    base,
    blocks: LATER_READ.map((read, block) => ({ read, words: block < 2 ? 6 : 8, program: 0 })),
    configuration: 0x1cc,
    command: 0x1d4,
    check: 0x20,
    burn: (block) => 0x2 | (block << 2),
    timing: [
      { register: 0x1e8, mask: 0xff << 9, value: 0xff << 9 },
      { register: 0x1e8, mask: 0xff, value: 0x28 },
      { register: timing.powerOn, mask: 0xffff << 8, value: 0x3000 << 8 },
      { register: timing.powerOff, mask: 0xffff, value: 0x190 },
    ],
    keyBlocks: Array.from({ length: KEYS }, (_, key) => ({
      block: 4 + key,
      writeDisable: 23 + key,
      readDisable: key,
      purpose: field(key < 2 ? 2 : 3, key < 2 ? 24 + key * 4 : (key - 2) * 4, 4, 8 + key),
    })),
    writeDisable: field(0, 0, 32, null),
    readDisable: field(1, 0, 7, 0),
    fields: {
      'read-protection-lock': READ_LOCK,
      'flash-encryption': field(2, 18, 3, 4),
      'secure-boot': field(3, 20, 1, 15),
      'secure-boot-aggressive-revoke': field(3, 21, 1, 16),
      'jtag-disable': field(1, 19, 1, 2),
      'download-encrypt-disable': field(1, 20, 1, 2),
      'secure-download': field(4, 5, 1, 18),
    },
  };
}
