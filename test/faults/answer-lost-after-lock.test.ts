import { afterEach, beforeEach, expect, it } from 'vitest';
import { faultySite, lock } from './driver-site.test-support.ts';
import type { FaultySite } from './driver-site.test-support.ts';

let site: FaultySite;
beforeEach(async () => {
  site = await faultySite();
});
afterEach(() => site.close());

it('locks without a word: not answered, and the read-back finds it locked', async () => {
  const { chipUid, deviceId } = await site.enrolled();
  await site.hands.fault('lock-silent');
  expect(await site.run('lock', lock)).toEqual({ answered: false });
  expect(await site.run('read-state', {})).toMatchObject({
    chipUid,
    deviceId,
    via: 'agent',
    locked: true,
    lifecycle: { dlm: 'LCK_BOOT' },
  });
});

it('does not lock and does not answer: the read-back finds it open', async () => {
  const { chipUid, deviceId } = await site.enrolled();
  await site.hands.fault('lock-lost');
  expect(await site.run('lock', lock)).toEqual({ answered: false });
  expect(await site.run('read-state', {})).toMatchObject({
    chipUid,
    deviceId,
    via: 'boot-rom',
    locked: false,
    agentLocked: true,
    lifecycle: { dlm: 'OEM', protection: 'PL0' },
  });
});

it('is outcome-unknown when the link dies, and a new cable tells', async () => {
  const { chipUid } = await site.enrolled();
  await site.hands.fault('delay 60000 71');
  const locking = site.run('lock', lock, ({ note }) => {
    if (note === 'Lock boot') void site.hands.cable(false);
  });
  await expect(locking).rejects.toMatchObject({ code: 'outcome-unknown', chip: 'unknown' });
  await site.hands.cable(true);
  await site.event('port-back');
  const state = await site.run('read-state', {});
  expect(state.chipUid).toBe(chipUid);
  expect(state.locked).toBe((await site.hands.status()).dlm === 'LCK_BOOT');
});
