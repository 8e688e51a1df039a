import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImage } from '#drivers/images/parse-image.ts';
import { intelHexOf } from './intel-hex.ts';
import { lineTemplate } from './template.ts';

describe('line templates', () => {
  it.each([
    ['Wrote {*} ({percent}%)', 'Wrote address 0x08000100 (12.50%) ', { percent: 12.5 }],
    ['UID: {uid}', 'UID: 0xA1:B2-C3 d4', { uid: 'a1b2c3d4' }],
    ['[{percent} %]', '[  7 %]', null],
    ['a.c', 'abc', null],
    ['{percent}%', 'done 100%', { percent: 100 }],
  ])('%s on %s', (template, line, found) => {
    expect(lineTemplate(template)(line)).toEqual(found);
  });

  it.each(['{bytes}', '{*}{*}{*}', '{percent} of {percent}'])('%s is refused', (template) => {
    expect(() => lineTemplate(template)).toThrow(expect.objectContaining({ code: 'bad-argument' }) as Error);
  });

  it('literal text means itself, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[{}]/.test(text) && text !== ''),
        (text) => {
          expect(lineTemplate(text)(`x${text}y`)).toEqual({});
        },
      ),
    );
  });
});

describe('Intel HEX for a tool', () => {
  it('reads back as the same segments, over borders of 64 KiB', () => {
    const segment = fc.record({
      address: fc.integer({ min: 0, max: 0x0fff_ffff }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    });
    fc.assert(
      fc.property(segment, ({ address, bytes }) => {
        const image = {
          sha256: '',
          format: 'binary',
          entryPoint: null,
          segments: [{ address, bytes }],
        } as const;
        const parsed = parseImage(Buffer.from(intelHexOf({ ...image, segments: [...image.segments] })));
        expect(parsed.format).toBe('intel-hex');
        expect(parsed.segments.map((one) => [one.address, [...one.bytes]])).toEqual([[address, [...bytes]]]);
      }),
    );
  });
});
