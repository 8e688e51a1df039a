import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wrapKey } from '#drivers/artefacts/key-wrapping.ts';
import { writeRkey } from '#drivers/artefacts/rkey.ts';
import { simulatorUfpk } from '#drivers/virtual/ra8m1/key-injection.ts';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';

let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig('ra6m4');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());

const identify = () => rig.run('identify', { target: 'ra6m4' });
const move = (to: string, key?: Uint8Array) =>
  rig.run('move-lifecycle', key === undefined ? { to } : { to, key });
const state = () => rig.run('read-state', {});

/** An .rkey file as the vendor's tool would make it, under a wrapping key that the simulated silicon knows. */
function rkeyOf(key: Uint8Array, keyType = 0x00): Uint8Array {
  const { ufpk, wufpk } = simulatorUfpk(randomBytes(16));
  const iv = randomBytes(16);
  return writeRkey({ keyType, wufpk, iv, encryptedKey: wrapKey(ufpk, iv, key) });
}

describe('RA6M4 over its boot ROM', () => {
  it('says which part it is; its areas are the chip’s own', async () => {
    const identity = await identify();
    expect(identity).toMatchObject({ product: 'R7FA6M4AF3CFB', lifecycle: { dlm: 'SSD' } });
    expect(identity.chipUid).toBe((await rig.hands.status()).uid);
    expect(identity.areas.map(({ kind, end }) => [kind, end])).toEqual([
      ['code', 0xffff],
      ['code', 0xfffff],
      ['data', 0x08001fff],
      ['config', 0x0100a2ff],
    ]);
  });

  it('writes over the border of two areas at the highest rate; chip CRC and bytes agree', async () => {
    await identify();
    const image = imageOf(rig, { address: 0xfc00, bytes: Uint8Array.from(randomBytes(3000)) });
    expect((await rig.run('program', { image })).baudRate).toBe(4_000_000);
    expect((await rig.run('verify', { image })).bytes).toBe(3072);
    await rig.hands.fault('bad-cell fc10');
    await expect(rig.run('verify', { image })).rejects.toMatchObject({ code: 'verify-mismatch' });
    const { bytes } = await rig.run('read-memory', { address: 0xfc00, length: 2000 });
    expect(bytes.length).toBe(2000);
  });

  it('goes on at a lower rate where the chip refuses the highest', async () => {
    await identify();
    await rig.hands.fault('nak d4 34');
    const image = imageOf(rig, { address: 0, bytes: new Uint8Array(256).fill(7) });
    expect((await rig.run('program', { image })).baudRate).toBe(3_000_000);
  });

  it('injects wrapped keys, has them verified, and answers the challenge of each move back', async () => {
    await identify();
    const [secure, nonSecure] = [randomBytes(16), randomBytes(16)];
    await rig.run('inject-key', { slot: 'SECDBG', wrapped: rkeyOf(secure) });
    expect(await rig.run('inject-key', { slot: 'NONSECDBG', wrapped: rkeyOf(nonSecure) })).toEqual({
      slot: 'NONSECDBG',
      verified: true,
    });
    await rig.run('inject-key', { slot: 'USER:05', wrapped: rkeyOf(randomBytes(16), 0x05) });
    expect(await move('NSECSD')).toMatchObject({ dlm: 'NSECSD' });
    expect(await move('DPL')).toMatchObject({ dlm: 'DPL' });
    await expect(move('NSECSD', randomBytes(16))).rejects.toMatchObject({ context: { status: 'DB' } });
    const given = Uint8Array.from(nonSecure);
    expect(await move('NSECSD', given)).toMatchObject({ dlm: 'NSECSD' });
    expect(given.every((byte) => byte === 0)).toBe(true);
    expect(await move('SSD', Uint8Array.from(secure))).toMatchObject({ dlm: 'SSD' });
  });

  it('sends a key in one frame where the chip wants it so', async () => {
    await identify();
    const key = randomBytes(16);
    await rig.hands.fault('one-frame-keys');
    await rig.run('inject-key', { slot: 'SECDBG', wrapped: rkeyOf(key) });
    await move('NSECSD');
    expect(await move('SSD', Uint8Array.from(key))).toMatchObject({ dlm: 'SSD' });
  });

  it('refuses a key of another type than its slot, one that was tampered with, and a state that takes none', async () => {
    await identify();
    await expect(
      rig.run('inject-key', { slot: 'USER:05', wrapped: rkeyOf(randomBytes(16)) }),
    ).rejects.toMatchObject({ code: 'bad-argument', chip: 'untouched' });
    const { ufpk, wufpk } = simulatorUfpk(randomBytes(16));
    const iv = randomBytes(16);
    const encryptedKey = wrapKey(ufpk, iv, randomBytes(16));
    encryptedKey[20] = (encryptedKey[20] ?? 0) ^ 1;
    const wrapped = writeRkey({ keyType: 0, wufpk, iv, encryptedKey });
    await expect(rig.run('inject-key', { slot: 'SECDBG', wrapped })).rejects.toMatchObject({
      context: { command: 'keySet', status: 'D1' },
    });
    await move('DPL');
    await expect(
      rig.run('inject-key', { slot: 'SECDBG', wrapped: rkeyOf(randomBytes(16)) }),
    ).rejects.toMatchObject({ code: 'wrong-state' });
  });

  it('sets a boundary, reads it back after a reset, and keeps what it was not asked to change', async () => {
    await identify();
    const regions = { CFS1: 8, CFS2: 64, DFS: 4, SRS1: 2, SRS2: 32 };
    expect(await rig.run('set-boundary', { regions })).toEqual({ regions });
    expect(await rig.run('set-boundary', { regions: { DFS: 2 } })).toEqual({
      regions: { ...regions, DFS: 2 },
    });
    await expect(rig.run('set-boundary', { regions: { CFS2: 33 } })).rejects.toMatchObject({
      context: { statusName: 'address' },
    });
    await expect(rig.run('set-boundary', { regions: { CFS9: 1 } })).rejects.toMatchObject({
      code: 'bad-argument',
    });
    await move('NSECSD');
    const secure = imageOf(rig, { address: 0, bytes: new Uint8Array(128) });
    await expect(rig.run('program', { image: secure })).rejects.toMatchObject({ code: 'protected' });
    const open = imageOf(rig, { address: 0x10000, bytes: new Uint8Array(128).fill(3) });
    await rig.run('program', { image: open });
    expect((await rig.run('verify', { image: open })).bytes).toBe(128);
  });

  it('refuses a protected part before the first block is erased, and initialize opens it', async () => {
    await identify();
    const image = imageOf(rig, { address: 0, bytes: new Uint8Array(128).fill(1) });
    await rig.run('program', { image });
    await move('DPL');
    await identify();
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'protected',
      chip: 'untouched',
    });
    expect(await rig.run('initialize', {})).toMatchObject({ dlm: 'SSD' });
    const { bytes } = await rig.run('read-memory', { address: 0, length: 16 });
    expect([...bytes]).toEqual(Array<number>(16).fill(0xff));
  });

  it('takes a part out of the chip maker’s state, and refuses moves that are none', async () => {
    await rig.hands.fault('state 01');
    expect(await identify()).toMatchObject({ lifecycle: { dlm: 'CM' } });
    expect(await rig.run('initialize', {})).toMatchObject({ dlm: 'SSD' });
    await expect(move('LCK_BOOT')).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(move('NOWHERE')).rejects.toMatchObject({ code: 'bad-argument' });
    await move('DPL');
    await expect(move('NSECSD')).rejects.toMatchObject({ code: 'bad-argument', context: { field: 'key' } });
  });

  it('asks for the ID code of a part that wants one, and gives it again after each reset', async () => {
    const id = '00112233445566778899aabbccddeeff';
    await rig.hands.fault(`id-code ${id}`);
    expect(await identify()).toMatchObject({ lifecycle: { dlm: 'ID_LOCKED', authentication: 'ID' } });
    const image = imageOf(rig, { address: 0, bytes: new Uint8Array(128).fill(1) });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'protected',
      chip: 'untouched',
    });
    await expect(move('UNLOCKED', Buffer.alloc(16))).rejects.toMatchObject({ context: { status: 'DB' } });
    expect(await move('UNLOCKED', Buffer.from(id, 'hex'))).toMatchObject({ dlm: 'SSD' });
    expect((await state()).lifecycle.dlm).toBe('SSD');
    await rig.run('program', { image });
    expect(await identify()).toMatchObject({ lifecycle: { dlm: 'ID_LOCKED' } });
  });
});

describe('locking an RA6M4', () => {
  const lock = () => rig.run('lock', { disableInitialize: true, lockBoot: true });

  it('locks, and takes the silence that follows a confirmed lock for what it is', async () => {
    await identify();
    expect(await lock()).toEqual({ answered: true });
    expect(await state()).toMatchObject({ locked: true, lifecycle: { dlm: 'LCK_BOOT' } });
    expect((await rig.hands.status()).dlm).toBe('LCK_BOOT');
    // Another socket content: silence says nothing any more.
    await rig.hands.remove();
    await expect(state()).rejects.toMatchObject({ code: 'outcome-unknown' });
  });

  it('answer-lost-after-lock: a part that never said so is not booked as locked', async () => {
    await identify();
    await rig.hands.fault('lock-silent');
    expect(await lock()).toEqual({ answered: false });
    await expect(state()).rejects.toMatchObject({ code: 'outcome-unknown', chip: 'unknown' });
  });

  it('finds a part open that did not take the lock', async () => {
    await identify();
    await rig.hands.fault('lock-lost');
    expect(await lock()).toEqual({ answered: false });
    expect(await state()).toMatchObject({ locked: false, lifecycle: { dlm: 'DPL' } });
    expect(await lock()).toEqual({ answered: true });
  });

  it('is outcome-unknown when the answer to disabling initialize is lost, and reads back what is', async () => {
    await identify();
    await rig.hands.fault('drop-answer 51');
    await expect(lock()).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(await state()).toMatchObject({ locked: false, lifecycle: { dlm: 'DPL' } });
  });

  it('refuses a part in a final state, and one that was swapped in', async () => {
    await identify();
    await rig.hands.remove();
    await rig.hands.insert();
    await expect(move('DPL')).rejects.toMatchObject({ code: 'chip-swapped', chip: 'untouched' });
    await rig.hands.fault('state 05');
    await expect(identify()).rejects.toMatchObject({ code: 'locked', chip: 'locked' });
    await rig.hands.fault('wrong-chip R7FA6M5BH3CFC');
    await expect(identify()).rejects.toMatchObject({ code: 'wrong-chip' });
  });

  it('moves to LCK_BOOT by name too', async () => {
    await identify();
    await move('DPL');
    await move('LCK_DBG');
    expect(await move('LCK_BOOT')).toMatchObject({ dlm: 'LCK_BOOT' });
  });
});
