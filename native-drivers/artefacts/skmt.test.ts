import { createECDH } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { unwrapKey } from './key-wrapping.ts';
import { RKEY_TYPE_DLM, rkeyTypeName } from './rkey-types.ts';
import { parseRkey, writeRkey } from './rkey.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

/** Printed by the Security Key Management Tool for a P-384 public key, with its UFPK: wolfBoot, docs/Renesas.md. */
const skmt = {
  ufpk: hex('B94A2B961C75510174F0C967ECFC20B377C7FB256DB627B1BFFADEE05EE98AC4'),
  wufpk: hex('000000016CCB9A1C8AA58883B1CB02DE6C37DA6054FB94E206EAE7204D9CCF4C6EEB288C'),
  iv: hex('6C296A040EEF5EDD687E8D3D98D146D0'),
  encryptedKey: hex(
    '5DD8D7E59E6AC85AE340BBA60AA8F8BE56C4C1FE02340C49EB8F36DA79B8D6640961FE9EAECDD6BADF083C5B6060C1D0' +
      '309D28EFA25946F431979B9F9D21E77BDC5B1CC7165DE2F4AE51E418746260F518ED0C328BD3020DEC9B774DC00270B0' +
      'CFBBE3DD738FDF715342CFBF2D461239',
  ),
};

/** A whole .rkey body that a public script decodes by hand (its CRC-32/MPEG-2 loop prints a match). */
const sample =
  'UkVLMQAAAAEAAAAAAAAAAAAAACAAAAAAUZpL+laVBsiRkvlyeTh/wMAD+QN7wU5U7CAsrDEF840SNFZ4' +
  'EjRWeBI0VngSNFZ4XRmOa3ptjYgdMGw4w7c84F4Rg5e4JNVcYjH2s3Q7jX+lqNPX';
const pem = (body: string) =>
  Buffer.from(`-----BEGIN RENESAS KEY-----\n${body}\n-----END RENESAS KEY-----\n`);

describe('artefacts of the Security Key Management Tool', () => {
  it('carries its wrapped key through an .rkey file, from which it still opens to a point of P-384', () => {
    const read = parseRkey(writeRkey({ keyType: 0x18, ...skmt }));
    expect(rkeyTypeName(read.keyType)).toBe('P-384-public');
    expect(Buffer.from(read.wufpk)).toEqual(skmt.wufpk);
    const point = unwrapKey(skmt.ufpk, read.iv, read.encryptedKey);
    const curve = createECDH('secp384r1');
    curve.generateKeys();
    expect(() => curve.computeSecret(Buffer.concat([Buffer.of(4), point!]))).not.toThrow();
  });

  it('reads a public .rkey file of a life-cycle key', () => {
    const rkey = parseRkey(pem(sample));
    expect(rkey.keyType).toBe(RKEY_TYPE_DLM);
    expect(Buffer.from(rkey.iv)).toEqual(hex('12345678'.repeat(4)));
    expect(rkey.wufpk).toHaveLength(36);
    expect(rkey.encryptedKey).toHaveLength(32);
    expect(Buffer.from(writeRkey(rkey)).toString().replaceAll('\n', '')).toContain(sample);
  });

  it('refuses that file with one letter changed', () => {
    expect(() => parseRkey(pem(sample.replace('XRmOa3', 'XRmOa4')))).toThrow(
      expect.objectContaining({ context: expect.objectContaining({ field: 'crc' }) as unknown }),
    );
  });
});
