import { DriverError } from '#drivers/core/errors.ts';
import type { EspRomClient } from '#drivers/protocols/esp-rom/client.ts';
import type { EspChip } from './chips.ts';
import type { Field } from './efuse-tables.ts';
import { checkBytes } from './reed-solomon.ts';

/** Op codes and commands of the controller (espefuse: EFUSE_WRITE_OP_CODE and so on; one set for all chips). */
const WRITE = 0x5a5a;
const READ = 0x5aa5;
const READ_COMMAND = 0x1;
const BUSY = 0x3;
const CHECK_BYTES = 12;
const WINDOW_WORDS = 8;
/** espefuse's EFUSE_BURN_TIMEOUT is 250 ms; a slow adapter's turn-around is added. */
const BURN_MS = 1000;
/** What the ROM is given to look at its fuses again before it answers (espefuse, `efuse_read`). */
const READ_DELAY_US = 1000;

/** Value of a field in the words of block 0. */
export const fieldOf = (words: readonly number[], { word, bit, width }: Field): number =>
  Math.floor((words[word] ?? 0) / 2 ** bit) % 2 ** width;

/** Sets a field's bits in words that are to be burned. */
export function setField(words: number[], { word, bit }: Field, value: number): void {
  words[word] = ((words[word] ?? 0) | (value << bit)) >>> 0;
}

/** Words of 32 bits as bytes, least significant first, and back. */
export function bytesOf(words: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => bytes.writeUInt32LE(word >>> 0, index * 4));
  return Uint8Array.from(bytes);
}

export const wordsOf = (bytes: Uint8Array): number[] =>
  Array.from({ length: bytes.length / 4 }, (_, index) => Buffer.from(bytes).readUInt32LE(index * 4));

/** The eFuse controller of one chip through the ROM's register commands. */
export class Efuse {
  private readonly client: EspRomClient;
  private readonly chip: EspChip;
  private readonly burning: () => void;

  /** `burning` hears of each burn, right before it cannot be taken back. */
  constructor(client: EspRomClient, chip: EspChip, burning: () => void = () => undefined) {
    this.client = client;
    this.chip = chip;
    this.burning = burning;
  }

  /** Words of a block as the read registers show them. */
  async read(block: number): Promise<number[]> {
    const { base, blocks } = this.chip.efuse;
    const { read = 0, words = 0 } = blocks[block] ?? {};
    const values: number[] = [];
    for (let index = 0; index < words; index += 1)
      values.push(await this.client.readRegister(base + read + index * 4));
    return values;
  }

  /**
   * Burns bits of a block: for ever. What goes before the one command that burns may fail and leaves the chip as it
   * was; after it, whatever is lost is `outcome-unknown`. A refusal of the command is `device-error`: nothing burned.
   */
  async burn(block: number, words: readonly number[]): Promise<void> {
    const { configuration, command, burn } = this.chip.efuse;
    await this.prepare(block, words);
    await this.write(configuration, WRITE);
    this.burning();
    await this.irreversible(block, async () => {
      await this.write(command, burn(block));
      await this.settle();
      // Whoever reads registers next finds no key in them.
      await this.clear(block);
      await this.reload();
    });
  }

  private async prepare(block: number, words: readonly number[]): Promise<void> {
    const { timing, check, blocks } = this.chip.efuse;
    for (const { register, mask, value } of timing) {
      const before = await this.client.readRegister(this.chip.efuse.base + register);
      await this.write(register, ((before & ~mask) | value) >>> 0);
    }
    await this.clear(block);
    const program = blocks[block]?.program ?? 0;
    for (const [index, word] of words.entries()) {
      if (word !== 0) await this.write(program + index * 4, word);
    }
    if (check === null || block === 0) return;
    const padded = [...words, ...Array<number>(WINDOW_WORDS - words.length).fill(0)];
    for (const [index, word] of wordsOf(checkBytes(bytesOf(padded), CHECK_BYTES)).entries())
      await this.write(check + index * 4, word);
  }

  private async clear(block: number): Promise<void> {
    const { blocks, check } = this.chip.efuse;
    const { program = 0, words = 0 } = blocks[block] ?? {};
    const count = check === null ? words : WINDOW_WORDS + CHECK_BYTES / 4;
    for (let index = 0; index < count; index += 1) await this.write(program + index * 4, 0);
  }

  /** Takes what is burned into the read registers. */
  private async reload(): Promise<void> {
    const { base, configuration, command } = this.chip.efuse;
    await this.write(configuration, READ);
    const excuse = { register: this.chip.idleRegister, microseconds: READ_DELAY_US };
    await this.client.writeRegister(base + command, READ_COMMAND, excuse);
    await this.settle();
  }

  /** Until the controller has done what it was told. */
  private async settle(): Promise<void> {
    const { base, command } = this.chip.efuse;
    const deadline = performance.now() + BURN_MS;
    while (((await this.client.readRegister(base + command)) & BUSY) !== 0) {
      if (performance.now() > deadline)
        throw new DriverError('no-answer', 'The eFuse controller does not come to rest.', {
          context: { timeoutMs: BURN_MS },
        });
    }
  }

  private write(register: number, value: number): Promise<void> {
    return this.client.writeRegister(this.chip.efuse.base + register, value);
  }

  private async irreversible(block: number, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (cause) {
      if (cause instanceof DriverError && cause.code === 'device-error') throw cause;
      throw new DriverError('outcome-unknown', 'The link was lost while eFuses were burned.', {
        chip: 'unknown',
        context: { block },
        cause,
      });
    }
  }
}
