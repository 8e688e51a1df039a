import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DriverError } from '../core/errors.ts';
import { parseImage } from '../images/parse-image.ts';
import {
  makeCodeCertificate,
  makeKeyCertificate,
  paddedBootloader,
  parseCodeCertificate,
  parseKeyCertificate,
  verifyBootChain,
} from './boot-chain.ts';
import { rawPublicKey } from './p256.ts';

const root = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const boot = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const bootloader = Buffer.alloc(4096, 0x5a);
const header = { loadAddress: 0x02000000, destinationAddress: 0x02000000, imageVersion: 3, buildNumber: 77 };
const keyCert = Buffer.from(makeKeyCertificate(root, rawPublicKey(boot)));
const codeCert = Buffer.from(makeCodeCertificate(boot, bootloader, header));
function refused(act: () => unknown): Record<string, unknown> | null {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(DriverError);
    return (error as DriverError).context;
  }
  return null;
}
const flip = (bytes: Uint8Array, at: number, bit: number) => {
  const changed = Buffer.from(bytes);
  changed[at % changed.length] = changed[at % changed.length]! ^ (1 << bit);
  return changed;
};

describe('boot certificates', () => {
  it('stand byte for byte where the chip looks for them', () => {
    expect(keyCert.length).toBe(208);
    expect(keyCert.toString('hex', 0, 40)).toBe(
      '6379656b' + '00000100' + '00'.repeat(24) + 'ac000000' + '10800800',
    );
    expect(keyCert.toString('hex', 104, 108)).toBe('08401410');
    expect(keyCert.toString('hex', 140, 144)).toBe('10840820');
    expect(codeCert.length).toBe(216);
    expect(codeCert.toString('hex', 0, 40)).toBe(
      '63646f63' +
        '00000100' +
        '00000000' +
        '00000002' +
        '00000002' +
        '00100000' +
        '03000000' +
        '4d000000' +
        'b4000000' +
        '10800801',
    );
    expect(codeCert.toString('hex', 104, 108)).toBe('01000040');
    expect(codeCert.toString('hex', 112, 116)).toBe('08401410');
    expect(codeCert.toString('hex', 148, 152)).toBe('10840825');
  });
  it('read back', () => {
    expect(parseCodeCertificate(codeCert)).toMatchObject({ ...header, imageSize: 4096 });
    expect(Buffer.from(parseKeyCertificate(keyCert).rootPublicKey)).toEqual(Buffer.from(rawPublicKey(root)));
  });
  it('hold as a chain, and in no part once a bit has changed', () => {
    verifyBootChain(keyCert, codeCert, bootloader);
    fc.assert(
      fc.property(fc.nat(), fc.nat(7), (at, bit) => {
        expect(refused(() => verifyBootChain(flip(keyCert, at, bit), codeCert, bootloader))).not.toBeNull();
        expect(refused(() => verifyBootChain(keyCert, flip(codeCert, at, bit), bootloader))).not.toBeNull();
        expect(refused(() => verifyBootChain(keyCert, codeCert, flip(bootloader, at, bit)))).not.toBeNull();
      }),
    );
  });
  it('name the link that does not hold', () => {
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const foreign = makeCodeCertificate(stranger, bootloader, header);
    expect(refused(() => verifyBootChain(keyCert, foreign, bootloader))).toMatchObject({
      artefact: 'code certificate',
      field: 'bootloaderPublicKey',
    });
    expect(refused(() => verifyBootChain(keyCert, codeCert, Buffer.alloc(4096)))).toMatchObject({
      field: 'crc',
    });
    expect(refused(() => verifyBootChain(keyCert, codeCert, Buffer.alloc(64)))).toMatchObject({
      field: 'imageSize',
    });
    expect(
      refused(() => makeCodeCertificate(boot, bootloader, { ...header, imageVersion: 65 })),
    ).toMatchObject({
      field: 'imageVersion',
    });
    for (const [at, field] of [
      [120, 'signerId'],
      [20, 'imageSize'],
      [30, 'signature'],
      [160, 'signature'],
    ] as const)
      expect(refused(() => verifyBootChain(keyCert, flip(codeCert, at, 0), bootloader))).toMatchObject({
        field,
      });
    expect(refused(() => parseKeyCertificate(codeCert))).toMatchObject({ field: 'length' });
    expect(refused(() => parseKeyCertificate(flip(keyCert, 0, 0)))).toMatchObject({ field: 'magic' });
    expect(refused(() => parseKeyCertificate(flip(keyCert, 20, 0)))).toMatchObject({ field: 'reserved' });
  });
  it('carry signatures that OpenSSL accepts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rootline-chain-'));
    try {
      // OpenSSL wants the signature as DER: SEQUENCE of two INTEGERs, each with a leading zero where needed.
      const integer = (bytes: Buffer) => {
        const trimmed = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
        const value = (trimmed[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), trimmed]) : trimmed;
        return Buffer.concat([Buffer.from([2, value.length]), value]);
      };
      const check = (name: string, publicKey: string | Buffer, message: Buffer, raw: Buffer) => {
        const parts = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
        writeFileSync(join(folder, `${name}.pem`), publicKey);
        writeFileSync(join(folder, `${name}.sig`), Buffer.concat([Buffer.from([0x30, parts.length]), parts]));
        writeFileSync(join(folder, name), message);
        const verify = ['dgst', '-sha256', '-verify', `${name}.pem`, '-signature', `${name}.sig`, name];
        return execFileSync('openssl', verify, { cwd: folder, encoding: 'utf8' }).trim();
      };
      const pem = (key: KeyObject) => createPublicKey(key).export({ format: 'pem', type: 'spki' });
      expect(check('key', pem(root), keyCert.subarray(0, 140), keyCert.subarray(144))).toBe('Verified OK');
      const signed = Buffer.concat([codeCert.subarray(0, 148), bootloader]);
      expect(check('code', pem(boot), signed, codeCert.subarray(152))).toBe('Verified OK');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('paddedBootloader', () => {
  const image = (address: number, length: number) =>
    parseImage(Buffer.alloc(length, 1), { format: 'binary', baseAddress: address });
  it('ends at the boot loader border, padded with FF to 16 and at least 64 bytes', () => {
    expect(paddedBootloader(image(0x02000000, 0x20000), 0x02000000, 0x02010000).length).toBe(0x10000);
    const small = paddedBootloader(image(0x02000000, 17), 0x02000000, 0x02010000);
    expect(small.length).toBe(64);
    expect([small[16], small[17], small[63]]).toEqual([1, 0xff, 0xff]);
    expect(paddedBootloader(image(0x02000000, 65), 0x02000000, 0x02010000).length).toBe(80);
  });
  it('starts at the lowest programmed address', () => {
    expect(paddedBootloader(image(0x02000100, 64), 0x02000000, 0x02010000)).toEqual(
      new Uint8Array(64).fill(1),
    );
    expect(paddedBootloader(image(0x01ffff00, 0x200), 0x02000000, 0x02010000).length).toBe(0x100);
  });
  it('refuses an image without a boot loader', () => {
    expect(() => paddedBootloader(image(0x02010000, 64), 0x02000000, 0x02010000)).toThrow(DriverError);
  });
});
