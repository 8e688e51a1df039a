import { isCodeword } from './codeword.ts';

/** Where a controller keeps what: offsets from its base. */
interface EfuseLayout {
  /** Per block: where it is read, how many words. */
  blocks: readonly { read: number; words: number; program: number }[];
  /** Words behind the data that are burned with it: the check words of the code. */
  checkWords: number;
  /** First block that the code is checked for; the ones before are burned in the factory. */
  codedFrom: number;
  configuration: number;
  command: number;
  /** Bit of the write-disable word that keeps a block; of the read-disable field that hides it. */
  writeDisable(block: number): number | null;
  readDisable(block: number): number | null;
  /** Word and first bit of the read-disable field. */
  readDisableAt: { word: number; bit: number };
  /** Fields of block 0 that a write-disable bit keeps. */
  fields: readonly { word: number; mask: number; disable: number }[];
  /** Whether one command burns all blocks. */
  burnsAll: boolean;
}

/** ESP32: espefuse's `EfuseDefineBlocks` of esp32, and its table of fields (esp32.yaml). */
export const firstLayout: EfuseLayout = {
  blocks: [
    { read: 0x00, words: 7, program: 0x1c },
    { read: 0x38, words: 8, program: 0x98 },
    { read: 0x58, words: 8, program: 0xb8 },
    { read: 0x78, words: 8, program: 0xd8 },
  ],
  checkWords: 0,
  codedFrom: Infinity,
  configuration: 0xfc,
  command: 0x104,
  writeDisable: (block) => (block === 0 ? null : 6 + block),
  readDisable: (block) => (block === 0 ? null : block - 1),
  readDisableAt: { word: 0, bit: 16 },
  fields: [
    { word: 0, mask: 0x000f0000, disable: 0 },
    { word: 0, mask: 0x0000ffff, disable: 1 },
    { word: 0, mask: 0x0ff00000, disable: 2 },
    { word: 1, mask: 0xffffffff, disable: 3 },
    { word: 2, mask: 0x00ffffff, disable: 3 },
    { word: 5, mask: 0xf0000000, disable: 10 },
    { word: 6, mask: 0x00000010, disable: 12 },
    { word: 6, mask: 0x00000020, disable: 13 },
    { word: 6, mask: 0x00000040, disable: 14 },
    { word: 6, mask: 0x00000384, disable: 15 },
  ],
  burnsAll: true,
};

/** ESP32-C3 and its like: `EfuseDefineBlocks` of esp32c3, esp32c3.yaml. */
export const laterLayout: EfuseLayout = {
  blocks: [0x2c, 0x44, 0x5c, 0x7c, 0x9c, 0xbc, 0xdc, 0xfc, 0x11c, 0x13c, 0x15c].map((read, block) => ({
    read,
    words: block < 2 ? 6 : 8,
    program: 0,
  })),
  checkWords: 3,
  codedFrom: 3,
  configuration: 0x1cc,
  command: 0x1d4,
  writeDisable: (block) => (block === 0 ? null : 19 + block),
  readDisable: (block) => (block < 4 ? null : block - 4),
  readDisableAt: { word: 1, bit: 0 },
  fields: [
    { word: 1, mask: 0x0000007f, disable: 0 },
    { word: 1, mask: 0x00185f00, disable: 2 },
    { word: 1, mask: 0x00070000, disable: 31 },
    { word: 2, mask: 0x001c0000, disable: 4 },
    ...[8, 9].map((disable, index) => ({ word: 2, mask: 0x0f000000 << (index * 4), disable })),
    ...[10, 11, 12, 13].map((disable, index) => ({ word: 3, mask: 0x0000000f << (index * 4), disable })),
    { word: 3, mask: 0x00100000, disable: 15 },
    { word: 3, mask: 0x00200000, disable: 16 },
    { word: 4, mask: 0x000000ff, disable: 18 },
  ],
  burnsAll: false,
};

const WRITE = 0x5a5a;
const READ = 0x5aa5;
const PROGRAM_COMMAND = 2;
const READ_COMMAND = 1;
/** Words of a block with its check words: the widest there is. */
const WIDEST = 11;

/** Cells that only ever go from 0 to 1, and what the read registers show of them since they were read last. */
export class Efuses {
  readonly layout: EfuseLayout;
  private readonly cells: Uint32Array[];
  private readonly shown: Uint32Array[];
  private readonly registers = new Map<number, number>();

  constructor(layout: EfuseLayout) {
    this.layout = layout;
    this.cells = layout.blocks.map(() => new Uint32Array(WIDEST));
    this.shown = layout.blocks.map(() => new Uint32Array(WIDEST));
  }

  /** Burned in the factory. */
  factory(block: number, word: number, bits: number): void {
    const cells = this.cells[block];
    if (cells !== undefined) cells[word] = (cells[word] ?? 0) | bits;
    this.refresh();
  }

  /** What is burned, hidden or not. */
  burned(block: number): Uint8Array {
    const cells = this.cells[block] ?? new Uint32Array(0);
    return new Uint8Array(cells.buffer.slice(0));
  }

  /** A word as the read registers show it. */
  word(block: number, word: number): number {
    return this.shown[block]?.[word] ?? 0;
  }

  reset(): void {
    this.registers.clear();
    this.refresh();
  }

  /** After a reset, and on a read command: what is read-disabled reads 0, what is no codeword reads wrong. */
  private refresh(): void {
    const { word, bit } = this.layout.readDisableAt;
    const hidden = ((this.cells[0]?.[word] ?? 0) >>> bit) & 0x7f;
    this.shown.forEach((shown, block) => {
      const disable = this.layout.readDisable(block);
      const cells = this.cells[block] ?? shown;
      if (disable !== null && (hidden >> disable) & 1) shown.fill(0);
      else shown.set(this.isWhole(block, cells) ? cells : cells.map((one) => ~one));
    });
  }

  readRegister(offset: number): number {
    const block = this.layout.blocks.findIndex(
      ({ read, words }) => offset >= read && offset < read + words * 4,
    );
    if (block < 0) return this.registers.get(offset) ?? 0;
    return this.word(block, (offset - (this.layout.blocks[block]?.read ?? 0)) / 4);
  }

  /** True where the write burns: the caller lets time pass and then calls `burn`. */
  writeRegister(offset: number, value: number): boolean {
    this.registers.set(offset, value >>> 0);
    if (offset !== this.layout.command) return false;
    const configuration = this.registers.get(this.layout.configuration);
    if (configuration === READ && value & READ_COMMAND) this.refresh();
    this.registers.set(offset, 0);
    return configuration === WRITE && (value & PROGRAM_COMMAND) !== 0;
  }

  /** `command`: as written; its bits from 2 on name the block, where there is one command per block. */
  burn(command: number): void {
    const blocks = this.layout.burnsAll
      ? this.layout.blocks.map((_, block) => block)
      : [(command >> 2) & 0xf];
    for (const block of blocks.reverse()) this.burnBlock(block);
  }

  private burnBlock(block: number): void {
    const { program, words } = this.layout.blocks[block] ?? { program: 0, words: 0 };
    const cells = this.cells[block];
    if (cells === undefined) return;
    const disabled = this.cells[0]?.[0] ?? 0;
    const disable = this.layout.writeDisable(block);
    if (disable !== null && (disabled >>> disable) & 1) return;
    const count = block === 0 ? words : 8 + this.layout.checkWords;
    for (let index = 0; index < count; index += 1) {
      const wanted = this.registers.get(program + index * 4) ?? 0;
      cells[index] = (cells[index] ?? 0) | (wanted & ~(block === 0 ? this.kept(index, disabled) : 0));
    }
  }

  private kept(word: number, disabled: number): number {
    return this.layout.fields
      .filter((field) => field.word === word && (disabled >>> field.disable) & 1)
      .reduce((mask, field) => mask | field.mask, 0);
  }

  private isWhole(block: number, cells: Uint32Array): boolean {
    return (
      block < this.layout.codedFrom || isCodeword(new Uint8Array(cells.buffer, cells.byteOffset, WIDEST * 4))
    );
  }
}
