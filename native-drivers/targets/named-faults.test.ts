import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { imageOf, openRig, type TargetRig } from './target-rig.test-support.ts';

interface Family {
  target: string;
  /** Name of the simulated chip where it differs. */
  virtual?: string;
  /** Of flash that an image may go to. */
  start: number;
  /** Refuses the next command that erases or writes. */
  nak: string;
}

/** The families whose faults of every line are held here; the others, and each family's own, have a file of their own. */
const FAMILIES: readonly Family[] = [
  { target: 'ra8m1', start: 0x02000000, nak: 'nak e2 13' },
  { target: 'ra6m4', start: 0, nak: 'nak e2 13' },
  { target: 'rx65n', start: 0xffff_0000, nak: 'nak e2 13' },
  { target: 'stm32f4', start: 0x08000000, nak: 'nak 1f 31' },
  { target: 'stm32f4-swd', virtual: 'bmp', start: 0x08000000, nak: 'nak 01 76' },
  { target: 'nxp-puf', start: 0, nak: 'nak 10200 04' },
  { target: 'esp32c3', start: 0x10000, nak: 'nak 05 11' },
];
/** Understand an echo for what it is: their answers cannot be taken for questions. */
const PASSES_ECHO = new Set(['esp32c3']);
const BYTES = 2048;

let rig: TargetRig;
const put = (start: number, bytes = BYTES): string =>
  imageOf(rig, { address: start, bytes: Uint8Array.from(randomBytes(bytes)) });
async function works(start: number): Promise<void> {
  const image = put(start);
  await rig.run('program', { image });
  expect((await rig.run('verify', { image })).bytes).toBeGreaterThanOrEqual(BYTES);
}

describe.each(FAMILIES)('faults by name: $target', ({ target, virtual = target, start, nak }) => {
  beforeAll(async () => {
    rig = await openRig(target, virtual);
  });
  afterAll(() => rig.close());
  beforeEach(() => rig.renew());
  const identify = () => rig.run('identify', { target });

  it('nak-then-recover: a refused step ends the run, not locked; the same part is written by the next', async () => {
    await identify();
    await rig.hands.fault(nak);
    await expect(rig.run('program', { image: put(start) })).rejects.toMatchObject({
      code: 'device-error',
      chip: 'not-locked',
    });
    expect((await rig.hands.status()).faults).toEqual([]);
    await works(start);
  });

  it('wrong-baud: an adapter at another rate is no answer, and nothing is sent that could change the part', async () => {
    await rig.hands.fault('wrong-baud');
    await expect(identify()).rejects.toMatchObject({ code: 'no-answer' });
    await rig.hands.fault(null);
    await identify();
    await works(start);
  });

  it('echoing-adapter: is told apart from a part, or understood', async () => {
    await rig.hands.fault('echo');
    if (PASSES_ECHO.has(target)) {
      expect((await identify()).chipUid).toBe((await rig.hands.status()).uid);
      return works(start);
    }
    await expect(identify()).rejects.toMatchObject({ code: 'line-echoes', chip: 'untouched' });
    await rig.hands.fault(null);
    await identify();
  });

  it('stale-bytes-at-open: what waited in the port is no answer', async () => {
    await rig.renew('stale');
    expect((await identify()).chipUid).toBe((await rig.hands.status()).uid);
    await works(start);
  });

  it('chip-swapped-mid-run: the part put in meanwhile is not changed', async () => {
    const { chipUid } = await identify();
    await rig.hands.remove();
    await rig.hands.insert();
    await expect(rig.run('program', { image: put(start) })).rejects.toMatchObject({
      code: 'chip-swapped',
      chip: 'untouched',
      context: { expected: chipUid },
    });
  });

  it('two-chips-one-uid: each socket is its own part, whatever id it shows', async () => {
    const { chipUid } = await identify();
    const second = await openRig(target, virtual);
    await second.hands.remove();
    await second.hands.insert(chipUid);
    expect((await second.run('identify', { target })).chipUid).toBe(chipUid);
    const image = put(start);
    await rig.run('program', { image });
    second.images.set(image, rig.images.get(image)!);
    await expect(second.run('verify', { image })).rejects.toMatchObject({ code: 'verify-mismatch' });
    await second.run('program', { image });
    await second.run('verify', { image });
    await second.close();
  });
});

describe.each(FAMILIES)('cable-pulled-during-erase: $target', ({ target, virtual = target, start }) => {
  beforeAll(async () => {
    rig = await openRig(target, virtual, 'wire');
  });
  afterAll(() => rig.close());

  it('says so, not locked, and the same part is written once the cable is back', async () => {
    await rig.renew();
    const { chipUid } = await rig.run('identify', { target });
    await works(start);
    await rig.hands.resetClock();
    const failed = expect(rig.run('program', { image: put(start) })).rejects.toMatchObject({
      code: 'port-gone',
      chip: 'not-locked',
    });
    await vi.waitFor(async () => expect((await rig.hands.clock()).flashSeconds).toBeGreaterThan(0), {
      interval: 2,
    });
    await rig.hands.cable(false);
    await failed;
    await rig.hands.cable(true);
    await rig.renew();
    await rig.hands.remove();
    await rig.hands.insert(chipUid);
    expect((await rig.run('identify', { target })).chipUid).toBe(chipUid);
    await works(start);
  });
});
