import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBase45, encodeBase45 } from './base45.ts';

it.each([
  ['AB', 'BB8'],
  ['Hello!!', '%69 VD92EX0'],
  ['base-45', 'UJCLQE7W581'],
  ['ietf!', 'QED8WEX0'],
])('encodes and decodes the example %j of RFC 9285', (clear, encoded) => {
  expect(encodeBase45(Buffer.from(clear))).toBe(encoded);
  expect(decodeBase45(encoded)?.toString()).toBe(clear);
});

it('gives back any bytes, in characters of the alphanumeric mode only', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = encodeBase45(bytes);
      expect(text).toMatch(/^[0-9A-Z $%*+\-./:]*$/);
      expect(decodeBase45(text)).toEqual(Buffer.from(bytes));
    }),
  );
});

it.each(['A', 'ABCD', 'GGX', ':::', '::', 'aB8', 'B,8'])('refuses %j', (text) => {
  expect(decodeBase45(text)).toBeNull();
});
