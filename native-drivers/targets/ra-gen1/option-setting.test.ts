import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';

const OPTIONS = 0x0100_a100;
const OPTION_BYTES = 512;

let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig('ra6m4');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());

it('verifies some option bytes by reading back alone: the chip sums that area all at once or not at all', async () => {
  await rig.run('identify', { target: 'ra6m4' });
  const code = { address: 0, bytes: new Uint8Array(128).fill(7) };
  const options = { address: OPTIONS + 16, bytes: new Uint8Array(16).fill(0x5a) };
  const image = imageOf(rig, code, options);
  await rig.run('program', { image });
  expect((await rig.run('verify', { image })).bytes).toBe(144);
  const other = imageOf(rig, { ...options, bytes: new Uint8Array(16).fill(0x5b) });
  await expect(rig.run('verify', { image: other })).rejects.toMatchObject({
    code: 'verify-mismatch',
    context: { address: '0x0100a110' },
  });
});

it('has the chip sum the whole area where the image holds all of it', async () => {
  await rig.run('identify', { target: 'ra6m4' });
  const image = imageOf(rig, { address: OPTIONS, bytes: new Uint8Array(OPTION_BYTES).fill(0xa5) });
  await rig.run('program', { image });
  const other = imageOf(rig, { address: OPTIONS, bytes: new Uint8Array(OPTION_BYTES).fill(0xa4) });
  await expect(rig.run('verify', { image: other })).rejects.toMatchObject({
    context: { chipCrc: expect.stringMatching(/^0x/) as string },
  });
});
