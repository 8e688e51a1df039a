import { createCipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unwrapKey, wrapKey } from './key-wrap.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** RFC 3394, 4.6: 256 bits of key data with a 256-bit key. */
const KEK = hex('000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F');
const DATA = hex('00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F');
const WRAPPED = hex('28C9F404C4B810F4 CBCCB35CFB87F826 3F5786E2D80ED326 CBC7F0E71A99F43B FB988B9B7A02DD21');

it('wraps and unwraps the vector of RFC 3394, 4.6', () => {
  expect(wrapKey(KEK, DATA)).toEqual(WRAPPED);
  expect(unwrapKey(KEK, WRAPPED)).toEqual(DATA);
});

it('wraps as OpenSSL does', () => {
  for (let round = 0; round < 50; round++) {
    const [kek, key] = [randomBytes(32), randomBytes(32)];
    const cipher = createCipheriv('id-aes256-wrap', kek, Buffer.alloc(8, 0xa6));
    expect(wrapKey(kek, key)).toEqual(Buffer.concat([cipher.update(key), cipher.final()]));
  }
});

it('unwraps nothing that was changed, and nothing of another length', () => {
  fc.assert(
    fc.property(fc.nat({ max: WRAPPED.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, bits) => {
      const changed = Buffer.from(WRAPPED);
      changed[at] = (changed[at] ?? 0) ^ bits;
      expect(unwrapKey(KEK, changed)).toBeNull();
    }),
  );
  for (const length of [0, 8, 16, 23, 39]) expect(unwrapKey(KEK, WRAPPED.subarray(0, length))).toBeNull();
});
