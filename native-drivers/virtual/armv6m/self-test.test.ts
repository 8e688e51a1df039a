import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BusFault, type AccessBytes, type Bus } from './bus.ts';
import { Core } from './core.ts';

/** The micro:bit's memory: flash from 0, 16 KiB of RAM. */
const RAM_START = 0x20000000;
const ICSR = 0xe000ed04;
const PEND_SV_SET = 1 << 28;
const PEND_SV = 14;
/** Semihosting (Arm, "Semihosting for AArch32 and AArch64", sections 7.18 and 7.8). */
const SYS_WRITE0 = 0x04;
const SYS_EXIT = 0x18;

/** Memory of the board, and the one register of the system control block that the program writes. */
class Board implements Bus {
  private readonly memory = Buffer.alloc(0x4000);
  private readonly flash: Buffer;
  readonly core = new Core(this);

  constructor(flash: Buffer) {
    this.flash = flash;
  }

  read(address: number, bytes: AccessBytes): number {
    const [memory, at] = this.at(address, bytes);
    return memory.readUIntLE(at, bytes);
  }

  write(address: number, bytes: AccessBytes, value: number): void {
    if (address === ICSR) {
      if ((value & PEND_SV_SET) !== 0) this.core.exceptions.pend(PEND_SV);
      return;
    }
    if (address < RAM_START) throw new BusFault('no-such-address', address);
    const [memory, at] = this.at(address, bytes);
    memory.writeUIntLE(bytes === 4 ? value >>> 0 : value & (2 ** (bytes * 8) - 1), at, bytes);
  }

  private at(address: number, bytes: number): [Buffer, number] {
    const [memory, at] = address < RAM_START ? [this.flash, address] : [this.memory, address - RAM_START];
    if (at + bytes > memory.length) throw new BusFault('no-such-address', address);
    return [memory, at];
  }
}

/** Runs it to its end; what it printed. */
function interpret(flash: Buffer): string {
  const board = new Board(flash);
  const { core } = board;
  let text = '';
  core.debug = { stopsAt: () => false, breakpoint: () => true, hardFault: () => false };
  core.reset();
  for (;;) {
    core.run(Infinity, 1_000_000);
    if (!core.halted) throw new Error(`stopped at ${core.next.toString(16)}`);
    if (core.reg(0) === SYS_EXIT) return text;
    if (core.reg(0) === SYS_WRITE0) text += zeroTerminated(board, core.reg(1));
    core.next += 2;
    core.halted = false;
  }
}

function zeroTerminated(board: Board, from: number): string {
  const bytes: number[] = [];
  for (let at = from; ; at += 1) {
    const byte = board.read(at, 1);
    if (byte === 0) return Buffer.from(bytes).toString('latin1');
    bytes.push(byte);
  }
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootline-armv6m-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function build(optimisation: string): { elf: string; flash: Buffer } {
  const source = (name: string): string => join(import.meta.dirname, 'self-test', name);
  const elf = join(folder, `${optimisation}.elf`);
  const flags = ['-mcpu=cortex-m0', '-mthumb', optimisation, '-ffreestanding', '-nostdlib'];
  const sources = ['-T', source('self-test.ld'), source('self-test.c'), source('operations.S')];
  execFileSync('arm-none-eabi-gcc', [...flags, ...sources, '-lgcc', '-o', elf]);
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', elf, `${elf}.bin`]);
  return { elf, flash: readFileSync(`${elf}.bin`) };
}

/** Semihosting writes to the error output. */
const inQemu = (elf: string): string =>
  spawnSync(
    'qemu-system-arm',
    [...['-M', 'microbit', '-nographic', '-semihosting-config', 'enable=on,target=native'], '-kernel', elf],
    { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: 30_000 },
  ).stderr;

it.each(['-O0', '-Os', '-O2'])('does with a program of %s what QEMU does with it', (optimisation) => {
  const { elf, flash } = build(optimisation);
  const ours = interpret(flash).split('\n');
  expect(ours.length).toBe(693);
  expect(ours).toEqual(inQemu(elf).split('\n'));
});
