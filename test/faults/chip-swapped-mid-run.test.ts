import { afterEach, beforeEach, expect, it } from 'vitest';
import { faultySite, program } from './driver-site.test-support.ts';
import type { FaultySite } from './driver-site.test-support.ts';

let site: FaultySite;
beforeEach(async () => {
  site = await faultySite();
});
afterEach(() => site.close());

it('is noticed before anything is done to the other part', async () => {
  const { chipUid } = await site.run('identify', { target: 'ra8m1' });
  await site.hands.remove();
  await site.hands.insert('00112233445566778899aabbccddeeff');
  const swapped = {
    code: 'chip-swapped',
    chip: 'untouched',
    context: { expected: chipUid, found: '00112233445566778899aabbccddeeff' },
  };
  await expect(site.run('initialize', {})).rejects.toMatchObject(swapped);
  await expect(site.run('program', program)).rejects.toMatchObject(swapped);
  await expect(site.run('read-state', {})).rejects.toMatchObject(swapped);
  await site.run('identify', { target: 'ra8m1' });
  await site.run('program', program);
});
