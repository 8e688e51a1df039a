import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';

const target = 'nxp-puf';
let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig(target, target, 'wire');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());
const identify = () => rig.run('identify', { target });

describe('faults of an LPC55S69 on a paced line', () => {
  it('cable-pulled-during-erase: says so, and the part is written after it', async () => {
    await identify();
    const image = imageOf(rig, { address: 0, bytes: Uint8Array.from(randomBytes(0x20000)) });
    await rig.hands.resetClock();
    const failed = expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'port-gone',
      chip: 'not-locked',
    });
    await vi.waitFor(async () => expect((await rig.hands.clock()).flashSeconds).toBeGreaterThan(0));
    await rig.hands.cable(false);
    await failed;
    await rig.hands.cable(true);
    await rig.renew();
    await identify();
    const small = imageOf(rig, { address: 0, bytes: Uint8Array.from(randomBytes(2000)) });
    await rig.run('program', { image: small });
    await rig.run('verify', { image: small });
  });

  it('wrong-baud: what a part does not hear is tried slower, and the rate is kept for the next waking', async () => {
    await rig.hands.fault('max-rate 230400');
    await identify();
    await rig.hands.reset();
    await expect(rig.run('read-state', {})).rejects.toMatchObject({ code: 'no-answer', chip: 'untouched' });
    expect(await rig.run('read-state', {})).toMatchObject({ enrolled: false });
    expect((await rig.hands.status()).baudRate).toBe(230_400);
  });

  it('stale-bytes-at-open and noise before answers: passed over', async () => {
    await rig.hands.fault('garbage x4');
    expect((await identify()).chipUid).toBe((await rig.hands.status()).uid);
  });

  it('a second part of the same kind under way: told by its unique id', async () => {
    await identify();
    await rig.hands.fault('wrong-uid');
    await rig.hands.reset();
    await expect(rig.run('read-state', {})).rejects.toMatchObject({ code: 'no-answer' });
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'chip-swapped', chip: 'untouched' });
  });

  it('answer-lost-after-lock: a key that was kept without an answer is unknown, and is not sent again', async () => {
    await identify();
    await rig.run('enrol', {});
    await rig.hands.fault('store-silent');
    const key = new Uint8Array(16).fill(5);
    await expect(rig.run('set-user-key', { slot: 'USERKEK', key })).rejects.toMatchObject({
      code: 'outcome-unknown',
      chip: 'unknown',
    });
    const { bytes } = await rig.run('read-memory', { address: 0x9e600 + 0x4e8, length: 8 });
    expect(Buffer.from(bytes).toString('hex')).toBe('5959595900000002');
  });

  it('no part, or one that runs its program: no answer at any rate', async () => {
    await rig.hands.power(false);
    await expect(identify()).rejects.toMatchObject({ code: 'no-answer', chip: 'untouched' });
    await rig.hands.power(true);
    await identify();
  });
});
