import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';

let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig('stm32f4');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());

const START = 0x08000000;
const identify = () => rig.run('identify', { target: 'stm32f4' });

describe('STM32F4 over its boot loader', () => {
  it('says which part it is, and where its sectors lie', async () => {
    const identity = await identify();
    expect(identity.chipUid).toBe((await rig.hands.status()).uid);
    expect(identity.areas.map(({ eraseUnit }) => eraseUnit)).toEqual([0x4000, 0x10000, 0x20000]);
    expect(identity.areas.at(-1)?.end).toBe(0x080fffff);
  });

  it('writes an image of odd length over two sectors and reads every byte back', async () => {
    await identify();
    const image = imageOf(
      rig,
      { address: START, bytes: Uint8Array.from(randomBytes(1001)) },
      { address: START + 0x4000 + 2, bytes: Uint8Array.from(randomBytes(700)) },
    );
    await rig.run('program', { image });
    const { bytes } = await rig.run('verify', { image });
    expect(bytes).toBe(1004 + 704);
    // A second image needs its sectors erased first: flash only clears bits.
    const other = imageOf(rig, { address: START, bytes: Uint8Array.from(randomBytes(300)) });
    await rig.run('program', { image: other });
    await rig.run('verify', { image: other });
  });

  it('names the address of a cell that reads wrong', async () => {
    await identify();
    const image = imageOf(rig, { address: START, bytes: new Uint8Array(600).fill(0x55) });
    await rig.run('program', { image });
    await rig.hands.fault('bad-cell 08000123');
    await expect(rig.run('verify', { image })).rejects.toMatchObject({
      code: 'verify-mismatch',
      context: { address: '0x08000123' },
    });
  });

  it('refuses an image outside its flash before anything is erased', async () => {
    await identify();
    const image = imageOf(rig, { address: 0x08100000, bytes: new Uint8Array(4) });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'image-range',
      chip: 'untouched',
    });
  });

  it('protects, is told apart from an open part, and opens again by erasing all', async () => {
    await identify();
    const image = imageOf(rig, { address: START, bytes: new Uint8Array(64).fill(0x11) });
    await rig.run('program', { image });
    expect(await rig.run('protect', { level: 'RDP1' })).toMatchObject({ dlm: 'RDP1' });
    expect(await rig.run('read-state', {})).toMatchObject({
      lifecycle: { dlm: 'RDP1' },
      locked: false,
      chipUid: '',
    });
    await expect(identify()).rejects.toMatchObject({ code: 'protected', chip: 'untouched' });
    await rig.run('initialize', {});
    expect(await rig.run('read-state', {})).toMatchObject({ lifecycle: { dlm: 'RDP0' } });
    const { bytes } = await rig.run('read-memory', { address: START, length: 64 });
    expect([...bytes]).toEqual(Array<number>(64).fill(0xff));
  });

  it('answer-lost-after-lock: nothing is sent twice, and the part itself says what came of it', async () => {
    const { chipUid } = await identify();
    await rig.hands.fault('drop-answer 82');
    const protect = rig.run('protect', { level: 'RDP1' });
    const failed = expect(protect).rejects.toMatchObject({ code: 'port-gone', chip: 'not-locked' });
    await vi.waitFor(async () => expect((await rig.hands.status()).dlm).toBe('RDP1'), { interval: 5 });
    await rig.hands.cable(false);
    await failed;
    await rig.hands.cable(true);
    await rig.renew();
    await rig.hands.remove();
    await rig.hands.insert(chipUid);
    expect((await rig.run('read-state', {})).lifecycle.dlm).toBe('RDP1');
  });

  it('refuses another product, what it cannot do, and a level it does not know', async () => {
    await rig.hands.fault('wrong-chip 0411');
    await expect(identify()).rejects.toMatchObject({ code: 'wrong-chip', context: { product: '0x411' } });
    await rig.hands.fault(null);
    await identify();
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'unsupported' });
    await expect(rig.run('protect', { level: 'RDP2' })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('notices a part that was swapped in mid-run, before it is changed', async () => {
    await identify();
    await rig.hands.remove();
    await rig.hands.insert();
    const image = imageOf(rig, { address: START, bytes: new Uint8Array(4) });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'chip-swapped',
      chip: 'untouched',
    });
  });

  it('stops between two blocks when it is told to', async () => {
    await identify();
    const image = imageOf(rig, { address: START, bytes: new Uint8Array(4096).fill(1) });
    const abort = new AbortController();
    abort.abort();
    await expect(rig.run('program', { image }, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
