import { afterEach, beforeEach, expect, it } from 'vitest';
import { faultySite, program } from './driver-site.test-support.ts';
import type { FaultySite } from './driver-site.test-support.ts';

let site: FaultySite;
beforeEach(async () => {
  site = await faultySite('wire');
});
afterEach(() => site.close());

it('ends the write as port-gone, tells of the cable, and goes on once it is back', async () => {
  const { chipUid } = await site.run('identify', { target: 'ra8m1' });
  const pull = ({ done, note }: { done: number; note?: string }) => {
    if (note === 'Write' && done > 0) void site.hands.cable(false);
  };
  await expect(site.run('program', program, pull)).rejects.toMatchObject({
    code: 'port-gone',
    chip: 'not-locked',
  });
  expect(await site.event('port-gone')).toMatchObject({ error: { code: 'port-gone' } });
  await expect(site.run('read-state', {})).rejects.toMatchObject({ code: 'port-gone' });
  await site.hands.cable(true);
  await site.event('port-back');
  expect(await site.run('read-state', {})).toMatchObject({ chipUid, locked: false });
});
