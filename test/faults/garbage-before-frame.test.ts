import { afterEach, beforeEach, expect, it } from 'vitest';
import { faultySite } from './driver-site.test-support.ts';
import type { FaultySite } from './driver-site.test-support.ts';

let site: FaultySite;
beforeEach(async () => {
  site = await faultySite();
});
afterEach(() => site.close());

it('finds the frame behind noise', async () => {
  await site.hands.fault('garbage 3a');
  const { chipUid } = await site.run('identify', { target: 'ra8m1' });
  expect(chipUid).toBe((await site.hands.status()).uid);
  expect((await site.hands.status()).faults).toEqual([]);
});
