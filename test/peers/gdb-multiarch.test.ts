import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';

const run = promisify(execFile);
const START = 0x08000000;
let bench: Bench;
let hands: BenchControl;
let folder: string;
beforeAll(async () => {
  bench = await openBench({ target: 'bmp', sites: 1, speed: 'max' });
  hands = await openBenchControl(bench.sites[0]!.control);
  folder = mkdtempSync(join(tmpdir(), 'rootline-gdb-'));
});
afterAll(async () => {
  await hands.close();
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await hands.fault(null);
  await hands.remove();
  await hands.insert();
});

const hex = (address: number): string => `0x${address.toString(16)}`;

/** What a person types at a Black Magic probe, and what GDB says to it. */
const gdb = async (...commands: string[]): Promise<string> => {
  const attach = [`target extended-remote ${bench.sites[0]!.port}`, 'monitor swdp_scan', 'attach 1'];
  const script = [...attach, ...commands, 'detach'].flatMap((command) => ['-ex', command]);
  const first = ['-nx', '-batch', '-ex', 'set confirm off', '-ex', 'set architecture arm'];
  const { stdout, stderr } = await run('gdb-multiarch', [...first, ...script], { timeout: 60_000 });
  return stdout + stderr;
};

/** An ELF file with these bytes at the start of the flash and at its third sector, made by binutils. */
async function elfOf(first: Buffer, second: Buffer): Promise<string> {
  const path = join(folder, 'image.elf');
  writeFileSync(join(folder, 'first.bin'), first);
  writeFileSync(join(folder, 'second.bin'), second);
  const lines = [
    '.section .first,"ax"',
    '.globl _start',
    '_start: .incbin "first.bin"',
    '.section .second,"a"',
    '.incbin "second.bin"',
  ];
  writeFileSync(join(folder, 'image.s'), `${lines.join('\n')}\n`);
  const options = { cwd: folder };
  await run('arm-none-eabi-as', ['-mcpu=cortex-m4', 'image.s', '-o', 'image.o'], options);
  const places = [`--section-start=.first=${hex(START)}`, `--section-start=.second=${hex(START + 0x8000)}`];
  await run('arm-none-eabi-ld', [...places, 'image.o', '-o', path], options);
  return path;
}

describe('gdb-multiarch on a simulated Black Magic probe', () => {
  it('finds the part, programs it over its memory map and finds every section as it was written', async () => {
    const [first, second] = [randomBytes(9001), randomBytes(3000)];
    const image = await elfOf(first, second);
    const text = await gdb(
      `file ${image}`,
      'load',
      'compare-sections',
      `dump binary memory ${join(folder, 'out.bin')} ${START} ${START + first.length}`,
    );
    expect(text).toMatch(/1\s+STM32F40x M4/);
    expect(text.match(/^Section \.(first|second), range .*: matched\./gm)).toHaveLength(2);
    expect(readFileSync(join(folder, 'out.bin')).equals(first)).toBe(true);
  });

  it('does the same with a probe that acknowledges each packet, over a damaged answer', async () => {
    await hands.fault('acks-only always');
    await hands.fault('corrupt-checksum 71');
    await hands.fault('corrupt-checksum 76');
    const image = await elfOf(randomBytes(5000), randomBytes(100));
    const text = await gdb(`file ${image}`, 'load', 'compare-sections');
    expect(text.match(/: matched\./g)).toHaveLength(2);
    expect((await hands.status()).faults).toEqual(['acks-only always']);
  });

  it('sees a cell that reads wrong', async () => {
    const image = await elfOf(Buffer.alloc(64, 0x55), Buffer.alloc(64, 0xaa));
    await gdb(`file ${image}`, 'load');
    await hands.fault('bad-cell 08000004');
    expect(await gdb(`file ${image}`, 'compare-sections')).toMatch(/\.first, .*: MIS-MATCHED!/);
  });

  it('protects the part, cannot read its flash then, and opens it by erasing all', async () => {
    const image = await elfOf(Buffer.alloc(64, 0x55), Buffer.alloc(64, 0xaa));
    await gdb(`file ${image}`, 'load');
    expect(await gdb('monitor option write 0x0fffbbed')).toMatch(/OPTCR: 0x0fffbbed/);
    expect(await gdb(`x/1xw ${START}`)).toMatch(/Cannot access memory/);
    expect(await gdb('monitor option erase', `x/1xw ${START}`)).toMatch(/0x8000000.*:\s+0xffffffff/);
  });

  it('starts the program anew and shows its first registers', async () => {
    const vectors = Buffer.alloc(64);
    vectors.writeUInt32LE(0x20001000, 0);
    vectors.writeUInt32LE(START + 0x41, 4);
    const image = await elfOf(vectors, Buffer.alloc(4));
    const text = await gdb(`file ${image}`, 'load', 'starti', 'info registers sp pc');
    expect(text).toMatch(/sp\s+0x20001000/);
    expect(text).toMatch(/pc\s+0x8000040/);
  });
});
