import { afterAll, beforeAll, expect, it } from 'vitest';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';

let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig('ra4m2');
});
afterAll(() => rig.close());

it('goes at the highest rate that the line of an RA4M2 takes, whose signature recommends more', async () => {
  expect(await rig.run('identify', { target: 'ra4m2' })).toMatchObject({ maxBaudRate: 6_000_000 });
  const image = imageOf(rig, { address: 0, bytes: new Uint8Array(256).fill(7) });
  expect((await rig.run('program', { image })).baudRate).toBe(1_500_000);
  expect((await rig.hands.status()).baudRate).toBe(1_500_000);
  expect((await rig.run('verify', { image })).bytes).toBe(256);
});
