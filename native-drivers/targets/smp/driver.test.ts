import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';
import { mcubootFile } from './mcuboot-file.test-support.ts';

const target = 'smp';
let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig(target);
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());

const identify = () => rig.run('identify', { target });
const put = (bytes = mcubootFile()) => imageOf(rig, { address: 0, bytes });
/** A part whose application runs. */
async function running(): Promise<string> {
  const first = put(mcubootFile({ version: [1, 0, 0, 0] }));
  await identify();
  await rig.run('program', { image: first });
  await rig.run('start-firmware', {});
  return first;
}
const state = async () => (await rig.run('read-state', {})).lifecycle.dlm;

describe('MCUboot serial recovery', () => {
  it('says what answers, how large its slots are, and that it has no unique id to show', async () => {
    await rig.hands.fault('no-uid');
    const identity = await identify();
    expect(identity).toMatchObject({
      ...{ chipUid: '', product: 'MCUboot serial recovery', maxBaudRate: 115_200 },
      lifecycle: { dlm: 'EMPTY' },
    });
    expect(identity.areas.map(({ end }) => end + 1)).toEqual([256 * 1024, 256 * 1024]);
  });

  it('writes an image, compares its hash, and does not write it twice', async () => {
    await identify();
    const file = mcubootFile({ guarded: [[0x50, Uint8Array.of(1, 2, 3, 4)]] });
    const image = put(file);
    const { bytes } = await rig.run('program', { image });
    expect(bytes).toBe(file.length);
    expect(rig.heard.at(-1)).toMatchObject({ done: file.length, total: file.length });
    expect((await rig.run('verify', { image })).bytes).toBe(file.length - 4 - 36);
    expect(await state()).toBe('IMAGE');
    const before = (await rig.hands.clock()).bytesIn;
    await rig.run('program', { image });
    expect((await rig.hands.clock()).bytesIn - before).toBeLessThan(200);
  });

  it('leaves out what is erased behind the image', async () => {
    await identify();
    const file = mcubootFile();
    const padded = new Uint8Array(0x8000).fill(0xff);
    padded.set(file);
    expect((await rig.run('program', { image: put(padded) })).bytes).toBe(file.length);
  });

  it('works with an old boot loader that tells nothing, and says what it cannot do there', async () => {
    await rig.hands.fault('plain-recovery');
    expect((await identify()).areas).toEqual([]);
    const image = put();
    await rig.run('program', { image });
    await expect(rig.run('verify', { image })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('shows the unique id of a boot loader that has a command for it, and the state of its images', async () => {
    await rig.hands.fault('image-state');
    expect((await identify()).chipUid).toBe((await rig.hands.status()).uid);
    await rig.run('program', { image: put() });
    expect(await state()).toBe('CONFIRMED');
  });

  it('refuses what is no image before the first byte', async () => {
    await identify();
    const broken = mcubootFile();
    broken[700] = (broken[700] ?? 0) ^ 1;
    const refused = { code: 'image-format', chip: 'untouched' };
    await expect(rig.run('program', { image: put(broken) })).rejects.toMatchObject(refused);
    await expect(rig.run('program', { image: put(new Uint8Array(64)) })).rejects.toMatchObject(refused);
    const split = imageOf(rig, { address: 0, bytes: broken }, { address: 0x9000, bytes: broken });
    await expect(rig.run('program', { image: split })).rejects.toMatchObject(refused);
    const dead = put(mcubootFile({ flags: 0x10 }));
    await expect(rig.run('program', { image: dead })).rejects.toMatchObject(refused);
  });

  it('refuses an image that is larger than its slot, or built for another one', async () => {
    await identify();
    await rig.hands.resetClock();
    const refused = { code: 'image-range', chip: 'untouched' };
    const large = put(mcubootFile({ body: new Uint8Array(256 * 1024) }));
    await expect(rig.run('program', { image: large })).rejects.toMatchObject(refused);
    const fixed = put(mcubootFile({ flags: 0x100, loadAddress: 0x50000 }));
    rig.images.get(fixed)!.format = 'intel-hex';
    await expect(rig.run('program', { image: fixed })).rejects.toMatchObject(refused);
    expect((await rig.hands.clock()).flashSeconds).toBe(0);
  });

  it('names the hash that a damaged slot does not have', async () => {
    await identify();
    const image = put();
    await rig.run('program', { image });
    await rig.hands.fault('bad-cell 00010300');
    await expect(rig.run('verify', { image })).rejects.toMatchObject({ code: 'verify-mismatch' });
  });

  it('refuses another target, what it cannot do, and a move it does not know', async () => {
    await expect(rig.run('identify', { target: 'stm32f4' })).rejects.toMatchObject({ code: 'wrong-chip' });
    await identify();
    const refused = { code: 'unsupported', chip: 'untouched' };
    await expect(rig.run('enrol', {})).rejects.toMatchObject(refused);
    await expect(rig.run('initialize', {})).rejects.toMatchObject(refused);
    await expect(rig.run('move-lifecycle', { to: 'LOCKED' })).rejects.toMatchObject(refused);
    await expect(rig.run('start-firmware', {})).rejects.toMatchObject({ code: 'wrong-state' });
  });

  it('stops between two pieces when it is told to', async () => {
    await identify();
    const abort = new AbortController();
    abort.abort();
    await expect(rig.run('program', { image: put() }, abort.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('a Zephyr application', () => {
  it('shows its unique id, takes the next image into the other slot and tries it', async () => {
    const first = await running();
    expect(await rig.run('read-state', {})).toMatchObject({
      ...{ chipUid: (await rig.hands.status()).uid, via: 'agent', enrolled: false },
      lifecycle: { dlm: 'CONFIRMED' },
    });
    const second = put(mcubootFile({ version: [2, 0, 0, 7] }));
    await rig.run('program', { image: second });
    await rig.run('verify', { image: second });
    await rig.run('verify', { image: first });
    expect(await rig.run('move-lifecycle', { to: 'TEST' })).toMatchObject({ dlm: 'TEST' });
    await rig.run('start-firmware', {});
    expect(await state()).toBe('TRIAL');
    expect(await rig.run('move-lifecycle', { to: 'CONFIRM' })).toMatchObject({ dlm: 'CONFIRMED' });
    await rig.run('start-firmware', {});
    expect(await state()).toBe('CONFIRMED');
    await rig.run('verify', { image: second });
  });

  it('takes a trial back at the next reset', async () => {
    const first = await running();
    await rig.run('program', { image: put() });
    await rig.run('move-lifecycle', { to: 'TEST' });
    await rig.run('start-firmware', {});
    expect(await state()).toBe('TRIAL');
    await expect(rig.run('program', { image: put() })).rejects.toMatchObject({ code: 'wrong-state' });
    await rig.run('start-firmware', {});
    expect(await state()).toBe('CONFIRMED');
    await rig.run('verify', { image: first });
  });

  it('is used where there is no recovery, also in version 1 and with one buffer', async () => {
    await running();
    for (const build of ['no-recovery', 'app-version-1', 'one-buffer']) await rig.hands.fault(build);
    expect(await identify()).toMatchObject({
      product: 'MCUmgr application',
      lifecycle: { dlm: 'CONFIRMED' },
    });
    const image = put();
    await rig.run('program', { image });
    await rig.run('verify', { image });
    await rig.run('initialize', {});
    await expect(rig.run('verify', { image })).rejects.toMatchObject({ code: 'verify-mismatch' });
    await expect(rig.run('move-lifecycle', { to: 'TEST' })).rejects.toMatchObject({ code: 'wrong-state' });
  });
});
