import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

describe('canonical JSON', () => {
  it('gives the form of RFC 8785 section 3.2.2', () => {
    const value = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('orders members as RFC 8785 section 3.2.3', () => {
    const value = {
      ...{ '\u20ac': 'Euro Sign', '\r': 'Carriage Return', '\ufb33': 'Hebrew Letter Dalet With Dagesh' },
      ...{ '1': 'One', '\u{1f600}': 'Emoji: Grinning Face', '\u0080': 'Control', '\u00f6': 'o Diaeresis' },
    };
    const names = [...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map(([, name]) => name);
    expect(names).toEqual([
      ...['Carriage Return', 'One', 'Control', 'o Diaeresis', 'Euro Sign', 'Emoji: Grinning Face'],
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it('means the same value and does not depend on the order of members', () => {
    const plain = fc
      .jsonValue({ noUnicodeString: false })
      .filter((value) => JSON.stringify(value).isWellFormed());
    fc.assert(
      fc.property(plain, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
      }),
    );
  });

  it.each([
    ['undefined', { a: undefined }],
    ['NaN', Number.NaN],
    ['infinity', [Infinity]],
    ['a date', new Date(0)],
    ['bytes', Uint8Array.of(1)],
    ['a map', new Map()],
    ['a bigint', 1n],
    ['a function', () => 0],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate as a name', { '\ud800': 1 }],
    ['a hole', Array(1)],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});
