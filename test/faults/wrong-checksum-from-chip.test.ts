import { afterEach, beforeEach, expect, it } from 'vitest';
import { faultySite, program } from './driver-site.test-support.ts';
import type { FaultySite } from './driver-site.test-support.ts';

let site: FaultySite;
beforeEach(async () => {
  site = await faultySite();
});
afterEach(() => site.close());

it('is typed, says what is known of the chip, and the next attempt starts from a reset', async () => {
  await site.hands.fault('corrupt-checksum 3a');
  const identify = () => site.run('identify', { target: 'ra8m1' });
  await expect(identify()).rejects.toMatchObject({ code: 'bad-checksum' });
  await identify();
  await site.hands.fault('corrupt-checksum 13');
  await expect(site.run('program', program)).rejects.toMatchObject({
    code: 'bad-checksum',
    chip: 'not-locked',
  });
  expect((await site.run('program', program)).bytes).toBeGreaterThan(0);
});
