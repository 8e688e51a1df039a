import { createECDH, createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sealTo } from '#drivers/roots-of-trust/agent/hpke.ts';
import { AES_128_GCM, openBase } from './hpke-open.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

function privateKeyOf(scalar: Buffer) {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(scalar);
  const point = curve.getPublicKey();
  const [x, y] = [point.toString('base64url', 1, 33), point.toString('base64url', 33)];
  const d = scalar.toString('base64url');
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d, x, y }, format: 'jwk' });
}

describe('the recipient’s side of HPKE', () => {
  // RFC 9180, A.3.1 (base mode) and A.3.1.1 (sequence number 0).
  it('opens the published vector of P-256', () => {
    const recipient = privateKeyOf(hex('f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2'));
    const enc = hex(
      '04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4',
    );
    const ct = hex(
      '5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434',
    );
    const [info, aad] = [hex('4f6465206f6e2061204772656369616e2055726e'), hex('436f756e742d30')];
    const opened = openBase({ enc, ct, info, aad }, recipient, AES_128_GCM);
    expect(opened.toString()).toBe('Beauty is truth, truth beauty');
  });

  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [info, aad, plain] = [randomBytes(19), randomBytes(101), randomBytes(32)];
  const sealed = () => sealTo(publicKey.export({ type: 'spki', format: 'der' }), info, aad, plain);

  it('opens what the station’s library seals', async () => {
    expect(openBase({ ...(await sealed()), info, aad }, privateKey)).toEqual(plain);
  });

  it('opens nothing for another key, info or associated data, nor what was changed in any bit', async () => {
    const { enc, ct } = await sealed();
    const right = { enc, ct, info, aad };
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(() => openBase(right, other.privateKey)).toThrow();
    expect(() => openBase({ ...right, info: randomBytes(19) }, privateKey)).toThrow();
    expect(() => openBase({ ...right, aad: aad.subarray(1) }, privateKey)).toThrow();
    for (let bit = 0; bit < ct.length * 8; bit += 1) {
      const changed = Uint8Array.from(ct);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => openBase({ ...right, ct: changed }, privateKey)).toThrow();
    }
    const another = await sealed();
    expect(() => openBase({ ...right, enc: another.enc }, privateKey)).toThrow();
    expect(() => openBase({ ...right, enc: Uint8Array.from(enc).fill(1, 1) }, privateKey)).toThrow();
  });
});
