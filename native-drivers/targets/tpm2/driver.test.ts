import { createPublicKey, randomBytes, X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { challengeMessage } from '#drivers/roots-of-trust/proof.ts';
import { openAuthority, type TestAuthority } from '../identity-rig.test-support.ts';
import { openTpm, startSwtpm, type Swtpm, type TpmRig } from './swtpm.test-support.ts';

let authority: TestAuthority;
let tpm: Swtpm;
let rig: TpmRig;
beforeAll(() => {
  authority = openAuthority();
});
afterAll(() => authority.close());
beforeEach(async () => {
  tpm = await startSwtpm();
  rig = await openTpm(tpm.port);
});
afterEach(async () => {
  await rig.close();
  await tpm.end();
});

const LOCK = { disableInitialize: true, lockBoot: true };
const identify = () => rig.run('identify', { target: 'tpm2' });
const challenge = (): Uint8Array => Uint8Array.from(randomBytes(32));

describe('a TPM 2.0', () => {
  it('becomes a device: key, request, certificate, proof, lock, and what it shows then', async () => {
    const { chipUid, product, lifecycle } = await identify();
    expect(chipUid).toMatch(/^[0-9a-f]{64}$/);
    expect(product).toMatch(/^IBM /);
    expect(lifecycle.dlm).toBe('OPEN');
    const { deviceId } = await rig.run('enrol', {});
    expect(deviceId).toMatch(/^[0-9a-f]{64}$/);
    const { csr } = await rig.run('csr', { subjectSerial: 'RL-0007' });
    expect(authority.inspect(csr)).toMatch(`serialNumber = RL-0007, CN = ${deviceId}`);
    const chain = authority.issue(csr);
    await rig.run('inject', { chain, configuration: { broker: 'mqtt.test' } });
    const message = challenge();
    const proof = await rig.run('prove', { challenge: message });
    expect(proof.chain.map((one) => Buffer.from(one))).toEqual(chain.map((one) => Buffer.from(one)));
    expect(authority.holds(proof.publicKey, challengeMessage(message), proof.signature)).toBe(true);
    expect(authority.holds(proof.publicKey, challengeMessage(challenge()), proof.signature)).toBe(false);
    expect(await rig.run('lock', LOCK)).toEqual({ answered: true });
    expect(await rig.run('read-state', {})).toEqual({
      ...{ chipUid, via: 'boot-rom', locked: true, enrolled: true, deviceId, agentLocked: null },
      lifecycle: { dlm: 'OWNED', protection: 'OWNER LOCKOUT', authentication: null },
      certificateFingerprint: new X509Certificate(chain[0]!).fingerprint256.replaceAll(':', '').toLowerCase(),
    });
    // It signs as before, and takes nothing any more; what is locked is not locked again.
    await rig.run('prove', { challenge: message });
    const refusal = { code: 'protected', chip: 'untouched' };
    await expect(rig.run('inject', { chain, configuration: {} })).rejects.toMatchObject(refusal);
    await expect(rig.run('enrol', {})).rejects.toMatchObject(refusal);
    expect(await rig.run('lock', LOCK)).toEqual({ answered: true });
  });

  it('keeps its key over a power cut, and makes no other one', async () => {
    const { chipUid } = await identify();
    const { deviceId } = await rig.run('enrol', {});
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'enrol-refused', chip: 'untouched' });
    await rig.close();
    const again = await startSwtpm(tpm.state);
    await tpm.end();
    tpm = again;
    rig = await openTpm(tpm.port);
    expect(await rig.run('read-state', {})).toMatchObject({ chipUid, enrolled: true, deviceId });
  });

  it('two-chips-one-uid: a copy of a TPM is that TPM, and is refused as one that is enrolled', async () => {
    await identify();
    await rig.run('enrol', {});
    const { chipUid } = await rig.run('read-state', {});
    const copy = await startSwtpm(tpm.state);
    const other = await openTpm(copy.port);
    expect((await other.run('identify', { target: 'tpm2' })).chipUid).toBe(chipUid);
    await expect(other.run('enrol', {})).rejects.toMatchObject({ code: 'enrol-refused' });
    await other.close();
    await copy.end();
  });

  it('replaces a chain that is not locked, by a shorter one', async () => {
    await rig.run('enrol', {});
    const chain = authority.issue((await rig.run('csr', { subjectSerial: '1' })).csr);
    await rig.run('inject', { chain, configuration: { a: '1' } });
    await rig.run('inject', { chain: chain.slice(0, 1), configuration: {} });
    const proof = await rig.run('prove', { challenge: challenge() });
    expect(proof.chain).toHaveLength(1);
    const leaf = new X509Certificate(chain[0]!);
    const key = createPublicKey({ key: Buffer.from(proof.publicKey), format: 'der', type: 'spki' });
    expect(leaf.publicKey.equals(key)).toBe(true);
  });

  it('is as new again after initialize, until it is locked, and then makes the same key', async () => {
    const { deviceId } = await rig.run('enrol', {});
    const chain = authority.issue((await rig.run('csr', { subjectSerial: '1' })).csr);
    await rig.run('inject', { chain, configuration: { a: '1' } });
    await rig.run('set-user-key', { slot: 'SECRET', key: Uint8Array.of(1, 2, 3) });
    expect(await rig.run('initialize', {})).toMatchObject({ dlm: 'OPEN' });
    expect(await rig.run('read-state', {})).toMatchObject({ enrolled: false, certificateFingerprint: null });
    expect((await rig.run('enrol', {})).deviceId).toBe(deviceId);
    await rig.run('inject', { chain, configuration: {} });
    await rig.run('lock', LOCK);
    await expect(rig.run('initialize', {})).rejects.toMatchObject({ code: 'protected', chip: 'untouched' });
  });

  it('seals a secret and seals another in its place; both copies are wiped', async () => {
    for (const bytes of [32, 128]) {
      const key = Uint8Array.from(randomBytes(bytes));
      expect(await rig.run('set-user-key', { slot: 'SECRET', key })).toEqual({
        slot: 'SECRET',
        verified: true,
      });
      expect(key.every((byte) => byte === 0)).toBe(true);
    }
    for (const [slot, bytes] of [
      ['SECRET', 129],
      ['OTHER', 16],
    ] as const)
      await expect(
        rig.run('set-user-key', { slot, key: new Uint8Array(bytes).fill(1) }),
      ).rejects.toMatchObject({ code: 'bad-argument', chip: 'untouched' });
  });

  it('keeps the order, and refuses what does not fit before anything is written', async () => {
    await identify();
    await expect(rig.run('csr', { subjectSerial: '1' })).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(rig.run('prove', { challenge: challenge() })).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(rig.run('lock', LOCK)).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(
      rig.run('inject', { chain: [new Uint8Array(3000)], configuration: {} }),
    ).rejects.toMatchObject({ code: 'bad-argument', context: { bytes: 3000 } });
    await expect(
      rig.run('inject', { chain: Array<Uint8Array>(5).fill(new Uint8Array(9)), configuration: {} }),
    ).rejects.toMatchObject({ code: 'bad-argument' });
    expect(await rig.run('read-state', {})).toMatchObject({ locked: false, certificateFingerprint: null });
    await expect(rig.run('identify', { target: 'atecc608' })).rejects.toMatchObject({ code: 'wrong-chip' });
    await expect(rig.run('verify', { image: '' })).rejects.toMatchObject({ code: 'unsupported' });
  });
});
