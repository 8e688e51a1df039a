import { createECDH } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DriverError } from '../core/errors.ts';
import { unwrapKey, wrapKey } from './key-wrapping.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
/** From wolfBoot's public docs/Renesas.md: output of the vendor's key tool for a P-384 public key. */
const vector = {
  ufpk: hex('B94A2B961C75510174F0C967ECFC20B377C7FB256DB627B1BFFADEE05EE98AC4'),
  iv: hex('6C296A040EEF5EDD687E8D3D98D146D0'),
  encrypted: hex(
    '5DD8D7E59E6AC85AE340BBA60AA8F8BE56C4C1FE02340C49EB8F36DA79B8D6640961FE9EAECDD6BADF083C5B6060C1D0' +
      '309D28EFA25946F431979B9F9D21E77BDC5B1CC7165DE2F4AE51E418746260F518ED0C328BD3020DEC9B774DC00270B0' +
      'CFBBE3DD738FDF715342CFBF2D461239',
  ),
};
const block = fc.uint8Array({ minLength: 16, maxLength: 16 });
const ufpks = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('key wrapping', () => {
  it('opens what the vendor tool wrapped: a point of P-384', () => {
    const key = unwrapKey(vector.ufpk, vector.iv, vector.encrypted);
    expect(key?.length).toBe(96);
    const curve = createECDH('secp384r1');
    curve.generateKeys();
    expect(() => curve.computeSecret(Buffer.concat([Buffer.from([4]), key!]))).not.toThrow();
    expect(Buffer.from(wrapKey(vector.ufpk, vector.iv, key!))).toEqual(vector.encrypted);
  });
  it('gives back what it wrapped, and nothing once a bit has changed', () => {
    fc.assert(
      fc.property(
        ufpks,
        block,
        fc.array(block, { minLength: 1, maxLength: 6 }),
        fc.nat(),
        (ufpk, iv, key, at) => {
          const plain = Buffer.concat(key);
          const wrapped = Buffer.from(wrapKey(ufpk, iv, plain));
          expect(Buffer.from(unwrapKey(ufpk, iv, wrapped)!)).toEqual(plain);
          wrapped[at % wrapped.length] = wrapped[at % wrapped.length]! ^ (1 << (at & 7));
          expect(unwrapKey(ufpk, iv, wrapped)).toBeNull();
        },
      ),
    );
  });
  it('refuses wrong lengths', () => {
    const good = Buffer.alloc(32);
    expect(() => wrapKey(Buffer.alloc(16), vector.iv, good)).toThrow(DriverError);
    expect(() => wrapKey(vector.ufpk, Buffer.alloc(12), good)).toThrow(DriverError);
    expect(() => wrapKey(vector.ufpk, vector.iv, Buffer.alloc(33))).toThrow(DriverError);
    expect(() => unwrapKey(vector.ufpk, vector.iv, Buffer.alloc(16))).toThrow(DriverError);
  });
});
