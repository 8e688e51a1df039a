import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeRkey } from '#drivers/artefacts/rkey.ts';
import { simulatorUfpk } from '#drivers/virtual/ra8m1/key-injection.ts';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';

let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig('rx65n');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());

const identify = () => rig.run('identify', { target: 'rx65n' });
const TOP = 0xffff_0000;

describe('RX65N over its boot mode', () => {
  it('says which part it is and goes to the highest rate', async () => {
    const identity = await identify();
    const status = await rig.hands.status();
    expect(identity.chipUid).toBe(status.uid);
    expect(identity.lifecycle).toEqual({ dlm: 'OPEN', protection: null, authentication: null });
    expect(identity.areas.map(({ start, end }) => [start, end])).toEqual([
      [0xffe0_0000, 0xfffe_ffff],
      [TOP, 0xffff_ffff],
      [0x0010_0000, 0x0010_7fff],
    ]);
    expect(status.baudRate).toBe(1_000_000);
  });

  it('writes up to the last byte of the address space, over two sizes of block, and reads all back', async () => {
    await identify();
    const image = imageOf(
      rig,
      { address: 0x0010_0000, bytes: Uint8Array.from(randomBytes(100)) },
      { address: TOP - 512, bytes: Uint8Array.from(randomBytes(1024)) },
      { address: 0xffff_ff80, bytes: Uint8Array.from(randomBytes(128)) },
    );
    // Gaps are refused: a program for this part is whole from its start to its vectors.
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'image-range',
      chip: 'untouched',
    });
    const bytes = new Uint8Array(0x1_0000 + 512).fill(0xff);
    bytes.set(randomBytes(3000));
    bytes.set(randomBytes(128), bytes.length - 128);
    const whole = imageOf(rig, { address: TOP - 512, bytes });
    await rig.run('program', { image: whole });
    expect((await rig.run('verify', { image: whole })).bytes).toBe(bytes.length);
    // A second program needs its blocks erased first: flash only clears bits.
    const other = imageOf(rig, { address: TOP, bytes: Uint8Array.from(randomBytes(700)) });
    await rig.run('program', { image: other });
    expect((await rig.run('verify', { image: other })).bytes).toBe(768);
  });

  it('names the address of a cell that reads wrong', async () => {
    await identify();
    const image = imageOf(rig, { address: TOP, bytes: new Uint8Array(300).fill(0x55) });
    await rig.run('program', { image });
    await rig.hands.fault('bad-cell ffff0123');
    await expect(rig.run('verify', { image })).rejects.toMatchObject({
      code: 'verify-mismatch',
      context: { address: '0xffff0123' },
    });
  });

  it('erases all that is not blank', async () => {
    await identify();
    await rig.run('program', { image: imageOf(rig, { address: TOP, bytes: new Uint8Array(300).fill(1) }) });
    await rig.run('initialize', {});
    const { bytes } = await rig.run('read-memory', { address: TOP, length: 300 });
    expect(bytes.every((byte) => byte === 0xff)).toBe(true);
  });

  it('is refused as protected without its ID code, and takes it after each reset', async () => {
    const id = '00112233445566778899aabbccddeeff';
    await rig.hands.fault(`id-code ${id}`);
    await expect(identify()).rejects.toMatchObject({ code: 'protected', chip: 'untouched' });
    const unlock = (key: Uint8Array) => rig.run('move-lifecycle', { to: 'UNLOCKED', key });
    await expect(unlock(new Uint8Array(16))).rejects.toMatchObject({
      context: { command: 'authenticate', status: 'DB' },
    });
    const key = Uint8Array.from(Buffer.from(id, 'hex'));
    expect(await unlock(key)).toMatchObject({ dlm: 'UNLOCKED', authentication: 'ID' });
    expect(key.every((byte) => byte === 0)).toBe(true);
    await identify();
    await rig.run('program', { image: imageOf(rig, { address: TOP, bytes: new Uint8Array(300).fill(1) }) });
    expect((await rig.run('read-state', {})).lifecycle.dlm).toBe('UNLOCKED');
  });

  it('goes to a lower rate where the chip refuses the highest, and where its answer is lost there', async () => {
    await rig.hands.fault('nak d4 34');
    await identify();
    expect((await rig.hands.status()).baudRate).toBe(921_600);
    await rig.renew();
    await rig.hands.fault('drop-answer 00');
    await identify();
    expect((await rig.hands.status()).baudRate).toBe(921_600);
  });

  it('refuses another group, a part without an id, a part that was swapped, and what it cannot do', async () => {
    await rig.hands.fault('wrong-chip c1');
    await expect(identify()).rejects.toMatchObject({
      code: 'wrong-chip',
      context: { product: 'boot code c1' },
    });
    await rig.hands.fault(null);
    await rig.hands.fault('no-uid');
    await expect(identify()).rejects.toMatchObject({ code: 'unsupported' });
    await rig.hands.fault(null);
    await identify();
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'unsupported' });
    await expect(rig.run('move-lifecycle', { to: 'DPL' })).rejects.toMatchObject({ code: 'bad-argument' });
    await rig.hands.remove();
    await rig.hands.insert();
    const image = imageOf(rig, { address: TOP, bytes: new Uint8Array(4) });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'chip-swapped',
      chip: 'untouched',
    });
  });

  it('leaves a wrapped key in a blank page of data flash, beside a program, and overwrites none', async () => {
    await identify();
    const image = imageOf(rig, { address: 0xffff_0000, bytes: new Uint8Array(0x1_0000).fill(0x5a) });
    await rig.run('program', { image });
    const { wufpk } = simulatorUfpk(randomBytes(16));
    const encryptedKey = randomBytes(32);
    const wrapped = writeRkey({ keyType: 0x05, wufpk, iv: randomBytes(16), encryptedKey });
    const given = await rig.run('inject-key', { slot: 'DATA:02', wrapped });
    expect(given).toEqual({ slot: 'DATA:02', verified: true });
    const { bytes } = await rig.run('read-memory', { address: 0x10_0200, length: 256 });
    expect(Buffer.from(bytes).subarray(0, 32).equals(wufpk.subarray(4))).toBe(true);
    expect(Buffer.from(bytes).subarray(48, 80).equals(encryptedKey)).toBe(true);
    await expect(rig.run('inject-key', { slot: 'DATA:02', wrapped })).rejects.toMatchObject({
      ...{ code: 'wrong-state', chip: 'not-locked' },
    });
    expect((await rig.run('verify', { image })).bytes).toBe(0x1_0000);
    // What tells it from a new part, until all is erased.
    expect((await rig.run('read-state', {})).lifecycle.dlm).toBe('USED');
    expect(await rig.run('initialize', {})).toMatchObject({ dlm: 'OPEN' });
  });
});
