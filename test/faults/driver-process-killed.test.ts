import { afterEach, beforeEach, expect, it } from 'vitest';
import { faultySite, program } from './driver-site.test-support.ts';
import type { FaultySite } from './driver-site.test-support.ts';

let site: FaultySite;
beforeEach(async () => {
  site = await faultySite('wire');
});
afterEach(() => site.close());

it('rejects what ran, starts again, keeps the images and can read the part', async () => {
  const { chipUid } = await site.run('identify', { target: 'ra8m1' });
  const first = site.host.pid!;
  const kill = ({ done, note }: { done: number; note?: string }) => {
    if (note === 'Write' && done > 0 && site.host.pid === first) process.kill(first, 'SIGKILL');
  };
  site.events.length = 0;
  await expect(site.run('program', program, kill)).rejects.toMatchObject({
    code: 'host-died',
    chip: 'unknown',
  });
  expect(await site.event('host-died')).toMatchObject({ signal: 'SIGKILL' });
  const { pid } = await site.event('host-ready');
  expect(pid).not.toBe(first);
  await site.open();
  expect(await site.run('read-state', {})).toMatchObject({ chipUid, locked: false });
  expect((await site.run('program', program)).bytes).toBeGreaterThan(0);
}, 60_000);
