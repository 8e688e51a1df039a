import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';

const START = 0x10000;
const target = 'esp32c3';

let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig(target, target, 'wire');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());
const identify = () => rig.run('identify', { target });

describe('faults of an ESP32-C3 on a paced line', () => {
  it('cable-pulled-during-erase: says so, and a new part is written after it', async () => {
    await identify();
    const image = imageOf(rig, { address: START, bytes: Uint8Array.from(randomBytes(0x20000)) });
    await rig.hands.resetClock();
    const work = rig.run('program', { image });
    const failed = expect(work).rejects.toMatchObject({ code: 'port-gone', chip: 'not-locked' });
    await vi.waitFor(async () => expect((await rig.hands.clock()).flashSeconds).toBeGreaterThan(0));
    await rig.hands.cable(false);
    await failed;
    await rig.hands.cable(true);
    await rig.renew();
    await identify();
    const small = imageOf(rig, { address: START, bytes: Uint8Array.from(randomBytes(2000)) });
    await rig.run('program', { image: small });
    await rig.run('verify', { image: small });
  });

  it('two-chips-one-uid: a part of the same address and another unique id is another part', async () => {
    await identify();
    await rig.hands.fault('twin');
    const state = await rig.run('read-state', {}).catch((error: unknown) => error);
    expect(state).toMatchObject({ code: 'chip-swapped', chip: 'untouched' });
  });

  it('stale-bytes-at-open, noise before answers: counted and passed over', async () => {
    await rig.hands.fault('garbage x5');
    expect((await identify()).chipUid).toBe((await rig.hands.status()).uid);
  });

  it('an answer that is broken on the way is none, and nothing was written', async () => {
    await identify();
    await rig.hands.fault('corrupt-checksum 0a');
    await expect(rig.run('read-state', {})).rejects.toMatchObject({ code: 'no-answer', chip: 'untouched' });
  });

  it('no part, or one that runs its program: no answer', async () => {
    await rig.hands.power(false);
    await expect(identify()).rejects.toMatchObject({ code: 'no-answer', chip: 'untouched' });
    await rig.hands.power(true);
    await identify();
  });
});
