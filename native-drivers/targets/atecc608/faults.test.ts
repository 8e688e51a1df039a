import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type TargetRig } from '../target-rig.test-support.ts';

const target = 'atecc608';
let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig(target, target, 'wire');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());
const identify = () => rig.run('identify', { target });

describe('faults of an ATECC608 on a paced line', () => {
  it('nak-then-recover: what reached the chip broken, or met a fault there, is sent again', async () => {
    await identify();
    for (const fault of ['crc-error 12', 'watchdog 12', 'ecc-fault 40', 'nak 11 02', 'corrupt-checksum 02'])
      await rig.hands.fault(fault);
    await rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' });
    await rig.run('enrol', {});
    expect((await rig.hands.status()).faults).toEqual([]);
  });

  it('a fault that stays ends the step, with the status of the chip', async () => {
    await identify();
    await rig.hands.fault('crc-error 12 always');
    await expect(rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' })).rejects.toMatchObject({
      code: 'device-error',
      context: { status: 0xff },
    });
    expect((await rig.hands.status()).dlm).toBe('OPEN');
    await rig.hands.fault(null);
    await rig.hands.fault('nak 03 12');
    await expect(rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' })).rejects.toMatchObject({
      context: { status: 3 },
    });
  });

  it('answer-lost-after-lock: the zone is read, and what it shows is what is said', async () => {
    await identify();
    await rig.hands.fault('drop-answer 17');
    expect((await rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' })).dlm).toBe('CONFIG_LOCKED');
    await rig.run('enrol', {});
    await rig.hands.fault('lost-command 17');
    await expect(rig.run('move-lifecycle', { to: 'DATA_LOCKED' })).rejects.toMatchObject({
      code: 'device-error',
      chip: 'not-locked',
    });
    await rig.run('move-lifecycle', { to: 'DATA_LOCKED' });
    await rig.hands.fault('corrupt-checksum 17');
    expect(await rig.run('lock', { disableInitialize: true, lockBoot: true })).toEqual({ answered: false });
    expect((await rig.run('read-state', {})).locked).toBe(true);
  }, 20_000);

  it('answer lost to the making of the key: unknown, and read again', async () => {
    await identify();
    await rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' });
    await rig.hands.fault('drop-answer 40');
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'outcome-unknown', chip: 'unknown' });
    expect(await rig.run('read-state', {})).toMatchObject({ enrolled: true });
  });

  it('cable-pulled-during-lock: says so, and the part is read after it', async () => {
    await identify();
    const pulled = rig.hands
      .fault('drop-answer 17')
      .then(() => rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' }));
    const failed = expect(pulled).rejects.toMatchObject({ code: 'outcome-unknown', chip: 'unknown' });
    await expect.poll(async () => (await rig.hands.status()).dlm, { interval: 2 }).toBe('CONFIG_LOCKED');
    await rig.hands.cable(false);
    await failed;
    await rig.hands.cable(true);
    expect((await rig.hands.status()).dlm).toBe('CONFIG_LOCKED');
  });

  it('wrong-baud: a board that hears at another rate is not heard, and nothing was changed', async () => {
    await rig.hands.fault('kit-rate 57600');
    await expect(identify()).rejects.toMatchObject({ code: 'no-answer', chip: 'untouched' });
    await rig.hands.fault(null);
    await identify();
  });

  it('echoing-adapter and stale-bytes-at-open: passed over', async () => {
    await rig.hands.fault('echo');
    await rig.hands.fault('garbage x9');
    expect((await identify()).chipUid).toBe((await rig.hands.status()).uid);
  });

  it('chip-swapped-mid-run and two-chips-one-uid: told by the serial number, which is all there is', async () => {
    const { chipUid } = await identify();
    await rig.hands.fault('wrong-uid');
    await expect(rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' })).rejects.toMatchObject({
      code: 'chip-swapped',
      chip: 'untouched',
    });
    await rig.hands.fault(null);
    await rig.hands.remove();
    await rig.hands.insert(chipUid);
    expect((await rig.run('read-state', {})).chipUid).toBe(chipUid);
    expect((await rig.hands.status()).dlm).toBe('OPEN');
  });

  it('stops between two writes when told to, and nothing is locked', async () => {
    await identify();
    const abort = new AbortController();
    abort.abort();
    await expect(rig.run('move-lifecycle', { to: 'CONFIG_LOCKED' }, abort.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect((await rig.hands.status()).dlm).toBe('OPEN');
  });
});
