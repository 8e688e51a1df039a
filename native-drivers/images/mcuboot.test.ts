import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DriverError } from '../core/errors.ts';
import { mcubootFile } from '../targets/smp/mcuboot-file.test-support.ts';
import { parseMcubootImage } from './mcuboot.ts';

const versions = fc.tuple(
  fc.nat({ max: 255 }),
  fc.nat({ max: 255 }),
  fc.nat({ max: 65_535 }),
  fc.nat({ max: 0xffff_ffff }),
);
const reasonOf = (bytes: Uint8Array): unknown => {
  try {
    parseMcubootImage(bytes);
  } catch (error) {
    return error instanceof DriverError ? error.context['reason'] : error;
  }
  return null;
};
/**
 * Head and TLVs of a signed Zephyr application, from a hex dump of `zephyr.signed.bin` in a public article ("MCUboot
 * Signing and Header Analysis"): header 0x200, body 0xeec8, hash in a TLV area of 40 bytes. The body was not printed.
 */
const HEAD = '3db8f396000000000002 0000c8ee0000 00000000 0000000000000000 00000000'.replaceAll(' ', '');
const TLVS = '0769280010002000' + '13d3f70b5ac597191ce7f6c6dd30e79fb4371ed1e606a4cb855cc397a0a8667d';

describe('images for MCUboot', () => {
  it('reads version, hash and sizes of any image', () => {
    const guard = fc.option(fc.uint8Array({ maxLength: 60 }), { nil: null });
    fc.assert(
      fc.property(versions, fc.uint8Array({ maxLength: 2000 }), guard, (version, body, value) => {
        const guarded: [number, Uint8Array][] = value === null ? [] : [[0x50, value]];
        const bytes = mcubootFile({ version, body, guarded });
        const image = parseMcubootImage(bytes);
        expect(image.totalBytes).toBe(bytes.length);
        expect(image.hashedBytes).toBe(bytes.length - 40);
        expect(Buffer.compare(image.hash, bytes.subarray(-32))).toBe(0);
        const [major, minor, revision, build] = version;
        expect(image.version).toBe([major, minor, revision, ...(build === 0 ? [] : [build])].join('.'));
      }),
    );
  });

  it('takes no image in which a byte is another one, and none that is cut', () => {
    const bytes = mcubootFile({ body: new Uint8Array(300).fill(7), headerBytes: 32 });
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        // The flags that say it is encrypted hide the plain text that the hash is of.
        if ((damaged[16] ?? 0) & 0x0c) return;
        expect(reasonOf(damaged)).not.toBeNull();
        expect(reasonOf(bytes.subarray(0, at))).not.toBeNull();
      }),
    );
  });

  it('never fails otherwise on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => reasonOf(bytes) !== null));
  });

  it('finds the places in a file that imgtool made: all fits but the body, which is not at hand', () => {
    const file = new Uint8Array(0x200 + 0xeec8 + TLVS.length / 2);
    file.set(Buffer.from(HEAD, 'hex'));
    file.set(Buffer.from(TLVS, 'hex'), 0xf0c8);
    expect(reasonOf(file)).toBe('hash');
    // As an encrypted image its hash is of the plain text: taken as the TLV has it.
    file[16] = 0x04;
    const { hash, totalBytes, version } = parseMcubootImage(file);
    expect(Buffer.from(hash).toString('hex')).toBe(TLVS.slice(16));
    expect([totalBytes, version]).toEqual([0xf0c8 + 40, '0.0.0']);
  });

  it('names what is wrong', () => {
    const bytes = mcubootFile();
    const at = (offset: number, value: number): Uint8Array => {
      const copy = Uint8Array.from(bytes);
      copy[offset] = value;
      return copy;
    };
    expect(reasonOf(at(0, 0x3c))).toBe('magic');
    expect(reasonOf(at(9, 0))).not.toBeNull();
    expect(reasonOf(at(bytes.length - 40, 0))).toBe('tlv-magic');
    expect(reasonOf(at(bytes.length - 36, 0x60))).toBe('no-hash');
    expect(reasonOf(at(bytes.length - 34, 0xff))).toBe('tlv-size');
    expect(reasonOf(at(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1))).toBe('hash');
    expect(reasonOf(bytes.subarray(0, 20))).toBe('short');
  });
});
