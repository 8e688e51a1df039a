import { afterEach, beforeEach, expect, it } from 'vitest';
import { faultySite, program } from './driver-site.test-support.ts';
import type { FaultySite } from './driver-site.test-support.ts';

let site: FaultySite;
beforeEach(async () => {
  site = await faultySite();
});
afterEach(() => site.close());

it('names the command that stayed unanswered', async () => {
  await site.run('identify', { target: 'ra8m1' });
  await site.hands.fault('drop-answer 13');
  await expect(site.run('program', program)).rejects.toMatchObject({
    code: 'no-answer',
    chip: 'not-locked',
    context: { command: 'write' },
  });
});

it('is what an empty socket says', async () => {
  await site.hands.remove();
  expect(await site.event('presence')).toMatchObject({ part: false });
  await expect(site.run('identify', { target: 'ra8m1' })).rejects.toMatchObject({ code: 'no-answer' });
});
