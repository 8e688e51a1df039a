import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';
import { appImage, partitionTable, type AppOptions } from './app-image.test-support.ts';
import { readApp } from './app-image.ts';

const APP = 0x10000;
const C3 = 5;
const VIRTUAL_TEXT = 'Virtual efuses enabled: Not really burning eFuses';

let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig('esp32c3');
});
afterAll(() => rig.close());
/** A new run: nothing has been done to the part in it. */
const identify = () => rig.run('identify', { target: 'esp32c3' });
beforeEach(async () => {
  await rig.renew();
  await identify();
});

const app = (options: Partial<AppOptions> = {}): string =>
  imageOf(rig, { address: APP, bytes: appImage({ chipId: C3, ...options }) });
const program = (image: string) => rig.run('program', { image });

/** The ROM has been sent nothing that changes flash. */
async function expectUntouched(): Promise<void> {
  const { bytes } = await rig.run('read-memory', { address: APP, length: 64 });
  expect(bytes.every((byte) => byte === 0xff)).toBe(true);
}

async function secureBoot(): Promise<void> {
  await rig.run('burn', { fuse: 'secure-boot-digest-0', value: Uint8Array.from(randomBytes(32)) });
  await rig.run('burn', { fuse: 'secure-boot', value: Uint8Array.of(1) });
  await identify();
}

describe('an application that says what it is', () => {
  it('is named while it is written', async () => {
    await program(app());
    expect(rig.heard.map(({ note }) => note)).toContain('Write thermostat 1.2.3 · ESP-IDF v5.1.2');
  });

  it('is read: descriptor, revisions, signature', () => {
    const segments = [{ address: APP, bytes: appImage({ chipId: 9, minRevision: 3, signed: true }) }];
    const image = { sha256: '', format: 'binary' as const, segments, entryPoint: null };
    expect(readApp(image, APP)).toEqual({
      ...{ address: APP, chipId: 9, minRevision: 3, maxRevision: 0xffff, signed: true },
      descriptor: {
        ...{ secureVersion: 7, version: '1.2.3', project: 'thermostat', idfVersion: 'v5.1.2' },
        ...{ compiled: 'Nov 25 2026 12:00:00', elfSha256: '5e'.repeat(32) },
      },
    });
    expect(readApp(image, APP + 16)).toBeNull();
  });
});

describe('an image that the chip must not get is refused before its first byte', () => {
  it('for another chip, for other revisions', async () => {
    await expect(program(app({ chipId: 0 }))).rejects.toMatchObject({
      code: 'wrong-chip',
      chip: 'untouched',
      context: { expected: 'ESP32', found: 'ESP32-C3' },
    });
    for (const revisions of [{ minRevision: 100 }, { maxRevision: 3 }])
      await expect(program(app(revisions))).rejects.toMatchObject({ code: 'wrong-chip', chip: 'untouched' });
    await program(app({ minRevision: 4, maxRevision: 4 }));
  });

  it.each([
    ['a log text', { text: VIRTUAL_TEXT }, 'log text'],
    ['a mark', { text: 'rootline:efuse=virtual' }, 'mark'],
  ])('built for virtual eFuses by %s, on a release part', async (_name, options, evidence) => {
    await program(app(options));
    await rig.run('initialize', {});
    await secureBoot();
    await expect(program(app({ ...options, signed: true }))).rejects.toMatchObject({
      code: 'wrong-state',
      chip: 'untouched',
      context: { image: 'virtual-efuse', evidence },
    });
    await expectUntouched();
  });

  it('with a partition of emulated eFuses, on a release part', async () => {
    await secureBoot();
    const bytes = appImage({ chipId: C3, signed: true });
    const image = imageOf(rig, partitionTable(true), { address: APP, bytes });
    await expect(program(image)).rejects.toMatchObject({ context: { evidence: 'partition' } });
    await expectUntouched();
  });

  it('built to burn real eFuses, on a part that plays at them', async () => {
    const signed = app({ signed: true });
    const marked = app({ text: 'rootline:efuse=silicon' });
    await program(imageOf(rig, partitionTable(true)));
    await identify();
    for (const [image, evidence] of [
      [signed, 'signature'],
      [marked, 'mark'],
    ] as const)
      await expect(program(image)).rejects.toMatchObject({
        code: 'wrong-state',
        chip: 'untouched',
        context: { image: 'silicon-efuse', evidence },
      });
    await expectUntouched();
    await program(imageOf(rig, partitionTable(false)));
    await program(signed);
  });

  it('unsigned, on a part that starts signed images only', async () => {
    await secureBoot();
    await expect(program(app())).rejects.toMatchObject({ code: 'wrong-state', chip: 'untouched' });
    await expectUntouched();
    await program(app({ signed: true }));
  });

  it('plain, on a part that decrypts its flash', async () => {
    await rig.run('burn', { fuse: 'flash-encryption-key', value: Uint8Array.from(randomBytes(32)) });
    await rig.run('burn', { fuse: 'flash-encryption', value: Uint8Array.of(1) });
    await identify();
    await expect(program(app())).rejects.toMatchObject({ code: 'protected', chip: 'untouched' });
    await expectUntouched();
  });
});
