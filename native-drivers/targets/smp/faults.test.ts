import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';
import { mcubootFile } from './mcuboot-file.test-support.ts';

const target = 'smp';
let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig(target, target, 'wire');
});
afterAll(() => rig.close());
beforeEach(async () => {
  await rig.hands.power(true);
  await rig.renew();
  await rig.hands.fault('built-for 1000000');
});

const identify = () => rig.run('identify', { target });
const put = (body: number) => imageOf(rig, { address: 0, bytes: mcubootFile({ body: randomBytes(body) }) });
async function works(): Promise<void> {
  const image = put(2000);
  await rig.run('program', { image });
  await rig.run('verify', { image });
}
/** Programs an image in some twenty pieces; the faults take hold once the first was answered. */
async function withFaults(...faults: string[]): Promise<void> {
  const image = put(18_000);
  rig.heard.length = 0;
  const work = rig.run('program', { image });
  await vi.waitFor(() => expect(rig.heard.length).toBeGreaterThan(0), { interval: 5 });
  for (const fault of faults) await rig.hands.fault(fault);
  await work;
  await rig.run('verify', { image });
  const { faults: left } = await rig.hands.status();
  for (const fault of faults) expect(left).not.toContain(fault);
}
async function running(): Promise<void> {
  await identify();
  await works();
  await rig.run('start-firmware', {});
  await rig.run('read-state', {});
}

describe('faults in serial recovery, on a paced line', () => {
  it('nak-then-recover: a refused piece ends the upload, and the next one goes through', async () => {
    await identify();
    await rig.hands.fault('nak 3 101');
    await expect(rig.run('program', { image: put(2000) })).rejects.toMatchObject({
      code: 'device-error',
      context: { rc: 3 },
    });
    await works();
  });

  it('cable-pulled-during-erase: says so, and the part is written in a new run', async () => {
    await rig.hands.fault('erase-whole');
    await identify();
    await rig.hands.resetClock();
    const failed = expect(rig.run('program', { image: put(2000) })).rejects.toMatchObject({
      code: 'port-gone',
      chip: 'not-locked',
    });
    await vi.waitFor(async () => expect((await rig.hands.clock()).flashSeconds).toBeGreaterThan(0));
    await rig.hands.cable(false);
    await failed;
    await rig.hands.cable(true);
    await rig.renew();
    await identify();
    await works();
  });

  it('cable-pulled-during-upload: says so, and the next run writes a part whole', async () => {
    await identify();
    const image = put(18_000);
    const failed = expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'port-gone',
      chip: 'not-locked',
    });
    await vi.waitFor(() => expect(rig.heard.length).toBeGreaterThan(0), { interval: 5 });
    await rig.hands.cable(false);
    await failed;
    await rig.hands.cable(true);
    await rig.renew();
    await identify();
    await works();
  });

  it('power-cut-mid-write: the boot loader begins anew, and the upload with it', async () => {
    await identify();
    await withFaults('power-cut-mid-write');
  });

  it('answers lost, damaged, sent twice, or for another offset: the image arrives whole', async () => {
    await identify();
    await withFaults('drop-answer 101', 'corrupt-checksum 101', 'duplicate-answer 101', 'wrong-offset 101');
  });

  it('wrong-baud: the rate that the firmware was built for is found, and kept', async () => {
    await rig.hands.fault('built-for 921600');
    expect((await identify()).maxBaudRate).toBe(921_600);
    expect((await rig.hands.status()).discardedBytes).toBeGreaterThan(0);
  });

  it('echoing-adapter: what comes back of a question is no answer to it', async () => {
    await rig.hands.fault('echo');
    await identify();
    await works();
  });

  it('stale-bytes-at-open: console text before answers is passed over', async () => {
    await rig.hands.fault('garbage x6');
    await identify();
    await works();
  });

  it('chip-swapped-mid-run: a part without an id that was out is not taken for the same one', async () => {
    await rig.hands.fault('no-uid');
    await identify();
    await rig.hands.remove();
    await rig.hands.insert();
    await expect(rig.run('program', { image: put(2000) })).rejects.toMatchObject({
      code: 'chip-swapped',
      chip: 'untouched',
    });
  });

  it('two-chips-one-uid: the same part put back goes on, another one with a like id does not', async () => {
    const { chipUid } = await identify();
    await rig.hands.remove();
    await rig.hands.insert(chipUid);
    await works();
    await rig.hands.remove();
    await rig.hands.insert(`${chipUid.slice(0, -2)}${chipUid.endsWith('00') ? '01' : '00'}`);
    await rig.hands.fault('built-for 1000000');
    await expect(rig.run('program', { image: put(2000) })).rejects.toMatchObject({
      code: 'chip-swapped',
      chip: 'untouched',
    });
  });

  it('no part: no answer at any rate', async () => {
    await rig.hands.power(false);
    await expect(identify()).rejects.toMatchObject({ code: 'no-answer', chip: 'untouched' });
  });
});

describe('faults of an application, on a paced line', () => {
  it('pieces and answers lost out of a window: asked for again, one at a time', async () => {
    await running();
    await withFaults('lose-request 101', 'drop-answer 101', 'wrong-offset 101');
  });

  it('power-cut-mid-write: the application starts again and the upload from its beginning', async () => {
    await running();
    await withFaults('power-cut-mid-write');
  });

  it('answer-lost-after-confirm: settled by the list, or unknown until the part answers again', async () => {
    await running();
    await rig.run('program', { image: put(2000) });
    await rig.run('move-lifecycle', { to: 'TEST' });
    await rig.run('start-firmware', {});
    expect((await rig.run('read-state', {})).lifecycle.dlm).toBe('TRIAL');
    await rig.hands.fault('confirm-silent');
    await expect(rig.run('move-lifecycle', { to: 'CONFIRM' })).rejects.toMatchObject({
      code: 'outcome-unknown',
      chip: 'unknown',
    });
    await rig.hands.reset();
    expect((await rig.run('read-state', {})).lifecycle.dlm).toBe('CONFIRMED');
  });
});
