import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeCodeCertificate, makeKeyCertificate } from '#drivers/artefacts/boot-chain.ts';
import { wrapKey } from '#drivers/artefacts/key-wrapping.ts';
import { rawPublicKey } from '#drivers/artefacts/p256.ts';
import { simulatorUfpk } from './key-injection.ts';
import { range, RomBench } from './rom.test-support.ts';

const BASE = 0x02000000;
const pair = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** Payload of the key data frame: SKR, W-UFPK, IV, encrypted key. */
function injection(publicKey: Uint8Array, convention = true): Buffer {
  const { ufpk, wufpk } = simulatorUfpk(randomBytes(16));
  const iv = randomBytes(16);
  const wrapped = convention ? wufpk.subarray(4) : randomBytes(32);
  return Buffer.concat([Buffer.alloc(4), wrapped, iv, wrapKey(ufpk, iv, publicKey)]);
}

describe('boot chain of the simulated part', () => {
  const [root, bootloader] = [pair(), pair()];
  const image = randomBytes(512);
  let bench: RomBench;

  const injectRoot = async (data: Uint8Array) => {
    await bench.ask(0x2e, [0, 0xff]);
    return (await bench.give(0x2e, data)).payload[0];
  };
  const certify = async (key: Uint8Array, code: Uint8Array) => {
    const command = await bench.ask(0x26, [
      2,
      key.length >> 8,
      key.length & 255,
      code.length >> 8,
      code.length & 255,
    ]);
    if (command.payload[0] !== 0) return command.payload[0];
    return (await bench.give(0x26, Buffer.concat([key, code]))).payload[0];
  };
  const codeCertificate = (imageVersion: number, bytes: Uint8Array = image) =>
    makeCodeCertificate(bootloader, bytes, {
      loadAddress: BASE,
      destinationAddress: BASE,
      imageVersion,
      buildNumber: 0,
    });
  const keyCertificate = (signer = root) => makeKeyCertificate(signer, rawPublicKey(bootloader));

  beforeEach(async () => {
    bench = await new RomBench().handshake();
    await bench.ask(0x13, range(BASE, BASE + 511));
    await bench.give(0x13, image);
  });

  it('takes a root key with a right MAC once, and refuses a wrong one', async () => {
    const data = injection(rawPublicKey(root));
    const broken = Buffer.from(data);
    broken[100] = (broken[100] ?? 0) ^ 1;
    expect(await injectRoot(broken)).toBe(0xd1);
    expect(await injectRoot(data)).toBe(0);
    expect(await injectRoot(data)).toBe(0xd3);
  });

  it('refuses a point off the curve, a filled SKR and a wrong length', async () => {
    expect(await injectRoot(injection(new Uint8Array(64).fill(1)))).toBe(0xd0);
    const data = injection(rawPublicKey(root));
    data[0] = 1;
    expect(await injectRoot(data)).toBe(0xd0);
    expect(await injectRoot(data.subarray(1))).toBe(0xc1);
  });

  it('takes a foreign wrapping key by its structure, unless told not to', async () => {
    expect(await injectRoot(injection(rawPublicKey(root), false))).toBe(0);
    expect(bench.part.rootKey?.publicKey).toBeNull();
    bench = await new RomBench({ acceptForeignKeys: false }).handshake();
    expect(await injectRoot(injection(rawPublicKey(root), false))).toBe(0xd1);
  });

  it('verifies the chain from the root key down to the flash', async () => {
    expect(await certify(keyCertificate(), codeCertificate(3))).toBe(0xe4);
    await injectRoot(injection(rawPublicKey(root)));
    expect(await certify(keyCertificate(pair()), codeCertificate(3))).toBe(0xdb);
    expect(await certify(keyCertificate(), codeCertificate(3, randomBytes(512)))).toBe(0xdb);
    const forged = codeCertificate(3);
    forged[24] = 4;
    expect(await certify(keyCertificate(), forged)).toBe(0xdb);
    expect(await certify(keyCertificate().subarray(1), codeCertificate(3))).toBe(0xd0);
    expect(await certify(keyCertificate(), codeCertificate(3))).toBe(0);
  });

  it('takes no version below the highest it has seen, not even after initialize', async () => {
    await injectRoot(injection(rawPublicKey(root)));
    expect(await certify(keyCertificate(), codeCertificate(5))).toBe(0);
    expect(await certify(keyCertificate(), codeCertificate(4))).toBe(0xdc);
    await bench.ask(0x50, [4, 4]);
    expect(bench.part.rollbackCounter).toBe(5);
    expect(bench.part.rootKey).toBeNull();
  });

  it('does not start a program that no longer matches its certificates', async () => {
    await injectRoot(injection(rawPublicKey(root)));
    await certify(keyCertificate(), codeCertificate(1));
    const started: string[] = [];
    const firmware = () => {
      started.push('ran');
      return { receive: () => undefined, stop: () => undefined };
    };
    const socket = new RomBench({ part: bench.part, firmware });
    socket.chip.modePin = 'high';
    socket.chip.reset();
    expect(socket.chip.running).toBe('firmware');
    bench.part.flash.program(BASE + 256, new Uint8Array(16));
    socket.chip.reset();
    expect(socket.chip.running).toBe('silent');
    expect(started).toHaveLength(1);
  });
});
