import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DriverError } from '../core/errors.ts';
import { parseImage } from './parse-image.ts';

/** Other people's tools say what a file means: srec_cat, and the GNU linker and objcopy for Arm. */
let folder = '';
const at = (name: string) => join(folder, name);
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: folder, stdio: 'pipe' });
const base = 0x0200ff80;
const flat = Buffer.from(Array.from({ length: 70_001 }, (_, index) => (index * 167 + (index >> 8)) & 0xff));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootline-images-'));
  writeFileSync(at('flat.bin'), flat);
  writeFileSync(
    at('part.s'),
    '.syntax unified\n.section .text\n.global start\nstart: b start\n.rept 3000\n.word 0x12345678\n.endr\n' +
      '.section .data\n.rept 500\n.hword 0xA55A\n.endr\n.section .bss\n.space 64\n',
  );
  writeFileSync(
    at('part.ld'),
    'ENTRY(start) MEMORY { FLASH : ORIGIN = 0x02000000, LENGTH = 64K RAM : ORIGIN = 0x22000000, LENGTH = 64K }\n' +
      'SECTIONS { .text : { *(.text) } > FLASH .data : { *(.data) } > RAM AT > FLASH .bss : { *(.bss) } > RAM }\n',
  );
  run('arm-none-eabi-as', '-mcpu=cortex-m33', '-o', 'part.o', 'part.s');
  run('arm-none-eabi-ld', '-n', '-T', 'part.ld', '-o', 'part.elf', 'part.o');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('srec_cat', () => {
  it.each([
    ['motorola', []],
    ['motorola', ['-address-length=4']],
    ['intel', []],
    ['intel', ['-line-length=80']],
  ] as const)('writes %s %j, which reads as the same bytes', (format, options) => {
    const offset = `0x${base.toString(16)}`;
    run('srec_cat', 'flat.bin', '-binary', '-offset', offset, '-o', 'flat.out', `-${format}`, ...options);
    const image = parseImage(readFileSync(at('flat.out')));
    expect(image.segments.map((segment) => segment.address)).toEqual([base]);
    expect(Buffer.from(image.segments[0]!.bytes).equals(flat)).toBe(true);
  });
  it('writes widths that change inside one S-record file', () => {
    run('srec_cat', 'flat.bin', '-binary', '-offset', '0xff80', '-o', 'mixed.srec', '-motorola');
    const image = parseImage(readFileSync(at('mixed.srec')));
    expect(Buffer.from(image.segments[0]!.bytes).equals(flat)).toBe(true);
  });
});

describe('GNU binutils for Arm', () => {
  it('agree on an ELF file with load addresses apart from run addresses', () => {
    run('arm-none-eabi-objcopy', '-O', 'binary', 'part.elf', 'part.bin');
    run('arm-none-eabi-objcopy', '-O', 'srec', 'part.elf', 'part.srec');
    run('arm-none-eabi-objcopy', '-O', 'ihex', 'part.elf', 'part.hex');
    const expected = readFileSync(at('part.bin'));
    for (const name of ['part.elf', 'part.srec', 'part.hex']) {
      const image = parseImage(readFileSync(at(name)));
      expect(image.segments.length, name).toBe(1);
      expect(image.segments[0]?.address, name).toBe(0x02000000);
      expect(Buffer.from(image.segments[0]!.bytes).equals(expected), name).toBe(true);
      expect(image.entryPoint, name).toBe(0x02000000);
    }
  });
  it('make an object file that is no image', () => {
    expect(() => parseImage(readFileSync(at('part.o')))).toThrow(DriverError);
  });
  it('make an ELF file that is refused wherever it is cut', () => {
    const whole = readFileSync(at('part.elf'));
    const headers = whole.readUInt32LE(28) + 32 * whole.readUInt16LE(44);
    for (const length of [5, 51, headers - 1, headers, 4096])
      expect(() => parseImage(whole.subarray(0, length)), `cut to ${length}`).toThrow(DriverError);
  });
  it.each([
    [4, 2, '64-bit'],
    [5, 2, 'big-endian'],
    [16, 3, 'shared object'],
    [18, 62, 'x86-64'],
    [42, 56, 'program header size'],
    [45, 255, 'program header count'],
  ])('offset %i = %i (%s) is refused', (offset, value) => {
    const changed = Buffer.from(readFileSync(at('part.elf')));
    changed[offset] = value;
    expect(() => parseImage(changed)).toThrow(expect.objectContaining({ code: 'image-format' }));
  });
});
