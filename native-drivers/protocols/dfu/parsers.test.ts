import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDfuse } from '#drivers/artefacts/dfuse-file.ts';
import { DriverError } from '#drivers/core/errors.ts';
import { findFunctional, parseFunctional } from './functional.ts';
import { parseLayout, runEnd, type LayoutRun } from './layout.ts';
import { parseStatus, statusBytes } from './status.ts';
import { readSuffix, suits } from './suffix.ts';

/** Garbage gives a value or a typed error, and nothing else ever. */
function onlyTyped<T>(parse: (input: T) => unknown): (input: T) => void {
  return (input) => {
    try {
      parse(input);
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
    }
  };
}

const garbage = fc.uint8Array({ maxLength: 600 });

describe('memory layout of an alternate setting', () => {
  it('is read as ST writes it', () => {
    const { name, runs } = parseLayout('@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg');
    expect(name).toBe('Internal Flash');
    expect(runs.map(({ start, sectorBytes, sectors }) => [start, sectorBytes, sectors])).toEqual([
      [0x08000000, 0x4000, 4],
      [0x08010000, 0x10000, 1],
      [0x08020000, 0x20000, 7],
    ]);
    expect(runs[0]).toMatchObject({ readable: true, erasable: true, writable: true });
  });

  it.each([
    ['@Option Bytes  /0x1FFFC000/01*016 e', [0x1fffc000, 0x1fffc010], [true, false, true]],
    ['@Device Feature/0xFFFF0000/01*004 e', [0xffff0000, 0xffff0004], [true, false, true]],
    ['@ROM/0x00000000/001*0512Ka', [0, 0x80000], [true, false, false]],
  ])('reads %s', (text, ends, rights) => {
    const [run] = parseLayout(text).runs;
    expect([run?.start, runEnd(run as LayoutRun)]).toEqual(ends);
    expect([run?.readable, run?.erasable, run?.writable]).toEqual(rights);
  });

  it('reads several pieces of one memory', () => {
    const { runs } = parseLayout('@Flash /0x08000000/02*001Kg/0x08010000/01*002Kg,01*4Ba');
    expect(runs.map(({ start }) => start)).toEqual([0x08000000, 0x08010000, 0x08010800]);
  });

  it.each([
    ...['', '@', '@Flash', '@Flash/0x0', '@Flash/0x0/', 'Flash/0x0/01*1Kg', '@Flash/8000/01*1Kg'],
    ...['@Flash/0x0/01*1Kh', '@Flash/0x0/00*1Kg', '@Flash/0x0/01*0Kg', '@Flash/0x0/01*1Kg,'],
    ...['@Flash/0xFFFFFFFF/02*1Kg', '@Flash/0x0/999*9999Mg', '@Flash/0x0/1e9*1Kg'],
  ])('refuses %j', (text) => {
    expect(() => parseLayout(text)).toThrow(DriverError);
  });

  it('gives a layout or a typed error for any text', () => {
    const near = fc.stringMatching(/^@[A-Z/0-9x*, KMBg]{0,60}$/);
    fc.assert(fc.property(fc.oneof(fc.string(), near), onlyTyped(parseLayout)));
  });

  it('never leaves the address space, and never overlaps itself within a piece', () => {
    const sectors = fc.tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 999 }));
    const property = fc.property(fc.nat(0xffffffff), fc.array(sectors, { minLength: 1 }), (start, list) => {
      const text = list.map(([count, size]) => `${count}*${size}Kg`).join(',');
      onlyTyped((whole: string) => {
        const { runs } = parseLayout(whole);
        for (const [index, run] of runs.entries()) {
          expect(run.start).toBe(index === 0 ? start : runEnd(runs[index - 1] as LayoutRun));
          expect(runEnd(run)).toBeLessThanOrEqual(2 ** 32);
        }
      })(`@X/0x${start.toString(16)}/${text}`);
    });
    fc.assert(property);
  });
});

describe('functional descriptor', () => {
  const ST = Uint8Array.of(9, 0x21, 0x0b, 0xff, 0, 0, 8, 0x1a, 1);

  it('is read, also without the version that DFU 1.0 has not', () => {
    expect(parseFunctional(ST)).toEqual({
      ...{ canDownload: true, canUpload: true, manifestationTolerant: false, willDetach: true },
      ...{ detachMs: 255, transferSize: 2048, version: 0x011a },
    });
    expect(parseFunctional(ST.subarray(0, 7)).version).toBe(0x0100);
  });

  it('is the one of the DFU interface: a HID descriptor bears the same number', () => {
    const hid = [9, 4, 0, 0, 0, 3, 0, 0, 0, 9, 0x21, 0x11, 1, 0, 1, 0x22, 0x3f, 0];
    const dfu = [9, 4, 1, 0, 0, 0xfe, 1, 2, 0, ...ST];
    expect(findFunctional(Uint8Array.from([...hid, ...dfu])).transferSize).toBe(2048);
    expect(() => findFunctional(Uint8Array.from(hid))).toThrow(DriverError);
    expect(() => findFunctional(Uint8Array.from([...hid, ...dfu]).subarray(0, -1))).toThrow(DriverError);
  });

  it('gives values or a typed error for any bytes', () => {
    fc.assert(fc.property(garbage, onlyTyped(parseFunctional)));
    fc.assert(fc.property(garbage, onlyTyped(findFunctional)));
  });
});

describe('status', () => {
  it('comes back as it was written, and nothing else is one', () => {
    const field = fc.record({ status: fc.nat(255), state: fc.nat(255), pollMs: fc.nat(0xffffff) });
    const property = fc.property(field, (one) => {
      expect(parseStatus(statusBytes(one))).toEqual(one);
    });
    fc.assert(property);
    fc.assert(fc.property(garbage, onlyTyped(parseStatus)));
  });
});

describe('suffix of a file', () => {
  it('is read as dfu-suffix writes it, and held against the device', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rootline-dfu-'));
    const path = join(folder, 'a.dfu');
    writeFileSync(path, Buffer.from('firmware'));
    execFileSync('dfu-suffix', ['-v', '1209', '-p', '0002', '-d', '0103', '-a', path]);
    const file = Uint8Array.from(readFileSync(path));
    rmSync(folder, { recursive: true });
    const suffix = readSuffix(file);
    expect(suffix).toEqual({
      ...{ vendorId: 0x1209, productId: 2, release: 0x0103, version: 0x0100, length: 16 },
    });
    if (suffix === null) return;
    expect(suits(suffix, { vendorId: 0x1209, productId: 2 })).toBe(true);
    expect(suits(suffix, { vendorId: 0x1209, productId: 3 })).toBe(false);
    expect(suits({ ...suffix, productId: 0xffff }, { vendorId: 0x1209, productId: 3 })).toBe(true);
    const at = fc.nat(file.length - 1);
    // Any bit that tips over is a suffix that does not hold, or none any more.
    const flipped = fc.property(at, fc.nat(7), (index, bit) => {
      const broken = file.map((byte, here) => (here === index ? byte ^ (1 << bit) : byte));
      onlyTyped((bytes: Uint8Array) => {
        expect(readSuffix(bytes)).toBeNull();
      })(broken);
    });
    fc.assert(flipped);
  });

  it('is none, one or a typed error for any bytes', () => {
    const end = fc.tuple(garbage, fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.nat(255));
    fc.assert(fc.property(garbage, onlyTyped(readSuffix)));
    const near = fc.property(end, ([bytes, crc, length]) =>
      onlyTyped(readSuffix)(Uint8Array.from([...bytes, 0x55, 0x46, 0x44, length, ...crc])),
    );
    fc.assert(near);
  });
});

describe('a file of ST’s', () => {
  it('gives its elements or a typed error for any bytes', () => {
    const prefix = Buffer.from('DfuSe\u0001', 'latin1');
    fc.assert(fc.property(garbage, onlyTyped(parseDfuse)));
    fc.assert(fc.property(garbage, (bytes) => onlyTyped(parseDfuse)(Uint8Array.from([...prefix, ...bytes]))));
  });
});
