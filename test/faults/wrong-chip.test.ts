import { afterEach, beforeEach, expect, it } from 'vitest';
import { faultySite } from './driver-site.test-support.ts';
import type { FaultySite } from './driver-site.test-support.ts';

let site: FaultySite;
beforeEach(async () => {
  site = await faultySite();
});
afterEach(() => site.close());

it('is refused before anything changes, naming both', async () => {
  await site.hands.fault('wrong-chip');
  await expect(site.run('identify', { target: 'ra8m1' })).rejects.toMatchObject({
    code: 'wrong-chip',
    chip: 'untouched',
    context: { expected: 'ra8m1', product: 'R7FA6M4AF3CFB' },
  });
});
