import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DriverError } from '../core/errors.ts';
import { detectFormat, parseImage, type ParseOptions } from './parse-image.ts';
import { toIntelHex, toSRecord, type Run } from './writers.test-support.ts';

/** Runs that never touch: each starts a random distance after the one before. Two at least, see parseSRecord. */
const runs: fc.Arbitrary<Run[]> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 0x20000 }), fc.uint8Array({ minLength: 1, maxLength: 200 })), {
    minLength: 2,
    maxLength: 6,
  })
  .chain((parts) => fc.nat(0xfff00000).map((base) => ({ parts, base })))
  .map(({ parts, base }) => {
    let at = base;
    return parts.map(([distance, bytes]) => {
      const address = at + distance;
      at = address + bytes.length;
      return { address, bytes };
    });
  });
const plain = (list: readonly Run[]) => list.map((run) => ({ address: run.address, bytes: [...run.bytes] }));
const writers = [toSRecord, toIntelHex];
/** Code and context of the refusal, or null. */
function refusal(text: string | Uint8Array, options?: ParseOptions) {
  try {
    parseImage(Buffer.from(text), options);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return { code: error.code, ...error.context };
  }
  return null;
}

describe('text images', () => {
  it.each(writers)('%o: reads back any set of segments', (write) => {
    fc.assert(
      fc.property(runs, (list) => {
        expect(plain(parseImage(Buffer.from(write(list))).segments)).toEqual(plain(list));
      }),
    );
  });
  it.each(writers)('%o: a changed character is refused or changes nothing', (write) => {
    fc.assert(
      fc.property(runs, fc.nat(), fc.integer({ min: 0x20, max: 0x7e }), (list, at, character) => {
        const file = Buffer.from(write(list));
        file[at % file.length] = character;
        const refused = refusal(file, { format: detectFormat(Buffer.from(write(list))) });
        if (refused !== null) expect(['image-format', 'image-overlap']).toContain(refused.code);
        else expect(plain(parseImage(file).segments)).toEqual(plain(list));
      }),
      { numRuns: 1000 },
    );
  });
  it.each(writers)('%o: a file cut anywhere but in its last line end is refused', (write) => {
    fc.assert(
      fc.property(runs, fc.nat(), (list, at) => {
        const text = write(list);
        const lastRecord = text.trimEnd().lastIndexOf('\n');
        const cut = text.slice(0, at % lastRecord);
        const refused = refusal(cut, { format: detectFormat(Buffer.from(text)) });
        const complete = cut.split('\n').some((line) => line.startsWith('S5') && line.length === 10);
        if (!complete) expect(refused).toMatchObject({ code: 'image-format' });
      }),
    );
  });
  it('merges what touches, in any order of records', () => {
    const text = toIntelHex([
      { address: 0x110, bytes: Buffer.alloc(16, 2) },
      { address: 0x100, bytes: Buffer.alloc(16, 1) },
    ]);
    const [segment, ...rest] = parseImage(Buffer.from(text)).segments;
    expect(rest).toEqual([]);
    expect(segment?.address).toBe(0x100);
    expect(segment?.bytes.length).toBe(32);
  });
  it('names both lines of an overlap', () => {
    const text = toSRecord([
      { address: 0x100, bytes: Buffer.alloc(16) },
      { address: 0x10f, bytes: Buffer.alloc(16) },
    ]);
    expect(refusal(text)).toEqual({ code: 'image-overlap', address: '0x0000010F', line: 3 });
  });
});

describe('Intel HEX', () => {
  const end = ':00000001FF';
  it('names the line that is wrong', () => {
    expect(refusal(`:0100000041BE\n:0100010041BF\n${end}`)).toEqual({ code: 'image-format', line: 2 });
    expect(refusal(`:0100000041BE\n:0200010041BC\n${end}`)).toEqual({ code: 'image-format', line: 2 });
    expect(refusal(`:0100000041BE\nrubbish\n${end}`)).toEqual({ code: 'image-format', line: 2 });
    expect(refusal(`:0100000041BE\n:0000000\n${end}`)).toEqual({ code: 'image-format', line: 2 });
    expect(refusal(`${end}\n:0100000041BE`)).toEqual({ code: 'image-format', line: 2 });
    expect(refusal(':0100000041BE')).toEqual({ code: 'image-format' });
    expect(refusal(`:01000004FFFC\n${end}`)).toEqual({ code: 'image-format', line: 1 });
    expect(refusal(`:00000009F7\n${end}`)).toEqual({ code: 'image-format', line: 1 });
    const segment = ':020000021000EC';
    expect(refusal(`${segment}\n:02FFFF000102FD\n${end}`)).toEqual({ code: 'image-format', line: 2 });
  });
  it('knows segment addresses and the linear start', () => {
    const image = parseImage(Buffer.from(`:020000021000EC\n:0100000041BE\n:0400000502000101F3\n${end}`));
    expect(image.segments[0]?.address).toBe(0x10000);
    expect(image.entryPoint).toBe(0x02000101);
  });
});

describe('S-record', () => {
  const data = 'S10500004142 77'.replace(' ', '');
  it('refuses what is outside the checksum: type digits and order', () => {
    expect(refusal('S1040000FFFC')).toEqual({ code: 'image-format' });
    expect(refusal(`${data}\nS5030001FB`)).toBeNull();
    expect(refusal(`${data}\nS5030002FA`)).toEqual({ code: 'image-format', line: 2 });
    expect(refusal(`${data}\nS9030000FC\n${data}`)).toEqual({ code: 'image-format', line: 3 });
    expect(refusal(`${data}\nS0030000FC\nS9030000FC`)).toEqual({ code: 'image-format', line: 2 });
    expect(refusal(`S306000000004 1B8\n`.replace(' ', '') + `${data}\nS9030000FC`)).toMatchObject({
      code: 'image-format',
    });
    expect(refusal(`${data}\nS4030000FC`)).toEqual({ code: 'image-format', line: 2 });
  });
});

describe('S-record widths', () => {
  it('are taken for no others where a type digit is damaged', () => {
    const list = [0x01000000, 0x01000012, 0x01010000].map((address) => ({
      address,
      bytes: Buffer.alloc(8, 1),
    }));
    const lines = toSRecord(list).split('\n');
    for (const line of [1, 2, 3])
      for (const type of ['S0', 'S1', 'S2', 'S5', 'S7'])
        expect(
          refusal(lines.map((text, at) => (at === line ? type + text.slice(2) : text)).join('\n')),
        ).toMatchObject({
          code: 'image-format',
        });
  });
});

describe('formats', () => {
  it('are told by their first bytes', () => {
    expect(detectFormat(Buffer.from('\n:00000001FF'))).toBe('intel-hex');
    expect(detectFormat(Buffer.from('S0030000FC'))).toBe('s-record');
    expect(detectFormat(Buffer.from('\x7fELF....'))).toBe('elf');
    expect(detectFormat(Buffer.from([0, 1, 2]))).toBe('binary');
  });
  it('take a raw binary only with a base address', () => {
    const file = Buffer.from([0xff, 0, 1]);
    expect(refusal(file)).toEqual({ code: 'image-format' });
    expect(refusal(file, { baseAddress: -1 })).toMatchObject({ code: 'bad-argument' });
    expect(refusal(file, { baseAddress: 0xfffffffe })).toMatchObject({ code: 'image-format' });
    expect(parseImage(file, { baseAddress: 0x02000000 }).segments[0]?.address).toBe(0x02000000);
    expect(refusal(Buffer.alloc(0), { baseAddress: 0 })).toEqual({ code: 'image-format' });
  });
  it('never throw anything but a DriverError', () => {
    const format = fc.constantFrom('intel-hex', 's-record', 'binary', 'elf') as fc.Arbitrary<
      NonNullable<ParseOptions['format']>
    >;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), format, (noise, kind) => {
        refusal(noise, { format: kind });
        refusal(Buffer.concat([Buffer.from('\x7fELF\x01\x01'), noise]), { format: kind });
      }),
    );
  });
});
