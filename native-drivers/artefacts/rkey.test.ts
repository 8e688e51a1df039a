import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DriverError } from '../core/errors.ts';
import { crc32IsoHdlc, crc32Mpeg2 } from './crc32.ts';
import { parseRkey, RKEY_TYPE_OEM_ROOT_PUBLIC_KEY, writeRkey, type Rkey } from './rkey.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const rkeys: fc.Arbitrary<Rkey> = fc.record({
  keyType: fc.integer({ min: 0, max: 255 }),
  wufpk: bytes(36),
  iv: bytes(16),
  encryptedKey: bytes(80),
});
const plain = (rkey: Rkey) => ({
  keyType: rkey.keyType,
  wufpk: [...rkey.wufpk],
  iv: [...rkey.iv],
  encryptedKey: [...rkey.encryptedKey],
});
const sample: Rkey = {
  keyType: RKEY_TYPE_OEM_ROOT_PUBLIC_KEY,
  wufpk: Buffer.alloc(36, 1),
  iv: Buffer.alloc(16, 2),
  encryptedKey: Buffer.alloc(80, 3),
};
const pem = (body: Uint8Array) =>
  Buffer.from(
    `-----BEGIN RENESAS KEY-----\n${Buffer.from(body).toString('base64')}\n-----END RENESAS KEY-----\n`,
  );
const binary = (file: Uint8Array) =>
  Buffer.from(
    Buffer.from(file)
      .toString('latin1')
      .replace(/-----[^-]+-----|\s/g, ''),
    'base64',
  );
/** The sample with one change below an intact CRC. */
function changed(change: (body: Buffer) => void): Uint8Array {
  const body = binary(writeRkey(sample));
  change(body);
  body.writeUInt32BE(crc32Mpeg2(body.subarray(0, -4)), body.length - 4);
  return pem(body);
}
function field(file: Uint8Array): unknown {
  try {
    parseRkey(file);
  } catch (error) {
    expect(error).toBeInstanceOf(DriverError);
    return (error as DriverError).context['field'];
  }
  return null;
}

describe('CRC', () => {
  it('gives the catalogue check values', () => {
    const check = Buffer.from('123456789');
    expect(crc32Mpeg2(check)).toBe(0x0376e6e7);
    expect(crc32IsoHdlc(check)).toBe(0xcbf43926);
  });
});

describe('.rkey', () => {
  it('has 156 bytes for a P-256 public key, fields where the chip expects them', () => {
    const body = binary(writeRkey(sample));
    expect(body.length).toBe(156);
    expect(body.subarray(0, 20).toString('hex')).toBe('52454b310000000100000000000000fd00000050');
    expect(body.subarray(20, 56)).toEqual(Buffer.alloc(36, 1));
  });
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(rkeys, (rkey) => {
        expect(plain(parseRkey(writeRkey(rkey)))).toEqual(plain(rkey));
      }),
    );
  });
  it('refuses every flipped bit', () => {
    fc.assert(
      fc.property(rkeys, fc.nat(), fc.nat(7), (rkey, at, bit) => {
        const body = binary(writeRkey(rkey));
        const index = at % body.length;
        body[index] = (body[index] ?? 0) ^ (1 << bit);
        expect(field(pem(body))).toBe('crc');
      }),
    );
  });
  it('never throws anything but a DriverError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => void field(noise)));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => void field(pem(noise))));
  });
  it('names the field that is wrong', () => {
    expect(field(Buffer.from('nothing'))).toBe('label');
    expect(field(Buffer.alloc(5000))).toBe('length');
    expect(field(pem(Buffer.alloc(20)))).toBe('length');
    expect(field(changed((body) => body.write('REK2')))).toBe('magic');
    expect(field(changed((body) => body.writeUInt32BE(2, 4)))).toBe('suite');
    expect(field(changed((body) => body.writeUInt8(1, 9)))).toBe('reserved');
    expect(field(changed((body) => body.writeUInt32BE(64, 16)))).toBe('size');
  });
  it('does not write parts of a wrong length', () => {
    expect(() => writeRkey({ ...sample, wufpk: Buffer.alloc(32) })).toThrow(DriverError);
    expect(() => writeRkey({ ...sample, iv: Buffer.alloc(12) })).toThrow(DriverError);
    expect(() => writeRkey({ ...sample, encryptedKey: Buffer.alloc(81) })).toThrow(DriverError);
  });
});
