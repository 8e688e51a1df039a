import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { challengeMessage } from '#drivers/roots-of-trust/proof.ts';
import { openAuthority, type TestAuthority } from '../identity-rig.test-support.ts';
import { openRig, type TargetRig } from '../target-rig.test-support.ts';

const target = 'atecc608';
let rig: TargetRig;
let authority: TestAuthority;
beforeAll(async () => {
  authority = openAuthority();
  rig = await openRig(target);
});
afterAll(async () => {
  await rig.close();
  authority.close();
});
beforeEach(() => rig.renew());

const LOCK = { disableInitialize: true, lockBoot: true };
const identify = () => rig.run('identify', { target });

/** Up to the point where the part signs. */
async function enrolled(): Promise<void> {
  await identify();
  await rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' });
  await rig.run('enrol', {});
  await rig.run('move-lifecycle', { to: 'DATA_LOCKED' });
}

describe('ATECC608 on a kit board', () => {
  it('becomes a device: rules, key, request, certificate, proof, lock, and what it shows then', async () => {
    const { chipUid, lifecycle, product } = await identify();
    expect({ chipUid, product, dlm: lifecycle.dlm }).toEqual({
      chipUid: (await rig.hands.status()).uid,
      product: 'ATECC608 rev 03',
      dlm: 'OPEN',
    });
    expect((await rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' })).dlm).toBe('CONFIG_LOCKED');
    const { deviceId } = await rig.run('enrol', {});
    expect((await rig.run('move-lifecycle', { to: 'DATA_LOCKED' })).dlm).toBe('CONFIG_LOCKED+DATA_LOCKED');
    const { csr } = await rig.run('csr', { subjectSerial: 'RL-0007' });
    expect(authority.inspect(csr)).toMatch(new RegExp(`serialNumber = RL-0007, CN = ${deviceId}`));
    const chain = authority.issue(csr);
    const { certificateFingerprint } = await rig.run('inject', {
      chain,
      configuration: { broker: 'mqtt.test' },
    });
    const challenge = Uint8Array.from(randomBytes(32));
    const proof = await rig.run('prove', { challenge });
    expect(Buffer.from(proof.chain[0]!)).toEqual(Buffer.from(chain[0]!));
    expect(createHash('sha256').update(proof.publicKey).digest('hex')).toBe(deviceId);
    expect(authority.holds(proof.publicKey, challengeMessage(challenge), proof.signature)).toBe(true);
    expect(authority.holds(proof.publicKey, challengeMessage(randomBytes(32)), proof.signature)).toBe(false);
    expect(await rig.run('lock', LOCK)).toEqual({ answered: true });
    expect(await rig.run('read-state', {})).toEqual({
      ...{ chipUid, via: 'boot-rom', locked: true, enrolled: true, deviceId, agentLocked: null },
      lifecycle: {
        dlm: 'CONFIG_LOCKED+DATA_LOCKED',
        protection: 'SLOTS 0 5 8 9 10 11 12 13 14',
        authentication: null,
      },
      certificateFingerprint: new X509Certificate(chain[0]!).fingerprint256.replaceAll(':', '').toLowerCase(),
    });
    expect(certificateFingerprint).toMatch(/^[0-9a-f]{64}$/);
    // Locked slots take nothing any more, and the key signs as before.
    await expect(rig.run('inject', { chain, configuration: {} })).rejects.toMatchObject({
      code: 'device-error',
      context: { status: 0x0f },
    });
    await rig.run('prove', { challenge });
  });

  it('keeps its key through a power cut and as many operations as the watchdog has time for', async () => {
    await enrolled();
    const chain = authority.issue((await rig.run('csr', { subjectSerial: '1' })).csr);
    await rig.run('inject', { chain, configuration: {} });
    const before = await rig.run('prove', { challenge: new Uint8Array(32) });
    await rig.hands.power(false);
    await rig.hands.power(true);
    // The board starts anew and the chip sleeps: it is woken again.
    await expect(rig.run('prove', { challenge: new Uint8Array(32) })).rejects.toMatchObject({
      code: 'no-answer',
    });
    const after = await rig.run('prove', { challenge: new Uint8Array(32) });
    expect(Buffer.from(after.publicKey)).toEqual(Buffer.from(before.publicKey));
    expect(Buffer.from(after.signature)).not.toEqual(Buffer.from(before.signature));
  });

  it('keeps the order that the chip has: nothing irreversible before what must come first', async () => {
    await identify();
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'wrong-state', chip: 'untouched' });
    await expect(rig.run('move-lifecycle', { to: 'DATA_LOCKED' })).rejects.toMatchObject({
      code: 'wrong-state',
    });
    await expect(rig.run('csr', { subjectSerial: '1' })).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(rig.run('lock', LOCK)).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(rig.run('move-lifecycle', { to: 'LOCKED' })).rejects.toMatchObject({ code: 'bad-argument' });
    expect((await rig.hands.status()).dlm).toBe('OPEN');
    await rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' });
  });

  it('makes another key where a run was broken off, and none where a certificate was left', async () => {
    await identify();
    await rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' });
    const first = await rig.run('enrol', {});
    const second = await rig.run('enrol', {});
    expect(second.deviceId).not.toBe(first.deviceId);
    await rig.run('move-lifecycle', { to: 'DATA_LOCKED' });
    const chain = authority.issue((await rig.run('csr', { subjectSerial: '1' })).csr);
    await rig.run('inject', { chain, configuration: {} });
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'enrol-refused', chip: 'untouched' });
    expect((await rig.run('read-state', {})).deviceId).toBe(second.deviceId);
  });

  it('seals a secret with a write key that nobody reads, and refuses another key', async () => {
    await identify();
    await rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' });
    await rig.run('enrol', {});
    const writeKey = randomBytes(32);
    const key = Uint8Array.from(writeKey);
    await rig.run('set-user-key', { slot: 'WRITE-KEY', key });
    expect(key.every((byte) => byte === 0)).toBe(true);
    await rig.run('move-lifecycle', { to: 'DATA_LOCKED' });
    const sealing = Uint8Array.from(Buffer.concat([writeKey, randomBytes(32)]));
    expect(await rig.run('set-user-key', { slot: 'SECRET', key: sealing })).toMatchObject({ verified: true });
    expect(sealing.every((byte) => byte === 0)).toBe(true);
    const wrong = Uint8Array.from(randomBytes(64));
    await expect(rig.run('set-user-key', { slot: 'SECRET', key: wrong })).rejects.toMatchObject({
      code: 'device-error',
      context: { status: 0x0f },
    });
    const late = Uint8Array.from(randomBytes(32));
    await expect(rig.run('set-user-key', { slot: 'WRITE-KEY', key: late })).rejects.toMatchObject({
      code: 'wrong-state',
    });
  });

  it('refuses what does not fit before a byte is written: a certificate, a configuration, a serial number', async () => {
    await enrolled();
    const big = new Uint8Array(800);
    await expect(rig.run('inject', { chain: [big], configuration: {} })).rejects.toMatchObject({
      code: 'bad-argument',
      context: { bytes: 800, room: 772 },
    });
    const chain = authority.issue((await rig.run('csr', { subjectSerial: '1' })).csr);
    await expect(rig.run('inject', { chain, configuration: { url: 'x'.repeat(70) } })).rejects.toMatchObject({
      code: 'bad-argument',
    });
    await expect(rig.run('csr', { subjectSerial: 'ü' })).rejects.toMatchObject({ code: 'bad-argument' });
    expect((await rig.run('read-state', {})).certificateFingerprint).toBeNull();
    // A chain that is longer than its room is kept as far as it goes.
    await rig.run('inject', { chain: [...chain, ...chain], configuration: {} });
    expect((await rig.run('prove', { challenge: new Uint8Array(32) })).chain.length).toBeLessThan(4);
  });

  it('refuses another chip, an empty board and what it cannot do', async () => {
    await rig.hands.fault('wrong-chip ECC508A');
    await expect(identify()).rejects.toMatchObject({ code: 'wrong-chip', context: { found: 'ECC508A' } });
    await rig.hands.fault(null);
    await rig.hands.fault('no-device');
    await expect(identify()).rejects.toMatchObject({ code: 'no-answer', chip: 'untouched' });
    await rig.hands.fault('no-wake');
    await expect(identify()).rejects.toMatchObject({ code: 'no-answer' });
    await identify();
    await expect(rig.run('initialize', {})).rejects.toMatchObject({ code: 'unsupported' });
  });
});
