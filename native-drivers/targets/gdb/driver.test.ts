import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';

let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig('stm32f4-swd', 'bmp');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());

const START = 0x08000000;
const identify = () => rig.run('identify', { target: 'stm32f4-swd' });
const code = (character: string) => character.charCodeAt(0).toString(16);

describe('STM32F4 behind a Black Magic probe', () => {
  it('says which part it is, and where its sectors lie by the map of the probe', async () => {
    const identity = await identify();
    expect(identity.chipUid).toBe((await rig.hands.status()).uid);
    expect(identity.areas.map(({ eraseUnit }) => eraseUnit)).toEqual([0x4000, 0x10000, 0x20000]);
    expect(identity.areas.at(-1)?.end).toBe(0x080fffff);
  });

  it.each([
    ['without acknowledgements', null],
    ['with acknowledgements', 'acks-only always'],
  ])('writes an image of every byte over two sectors and reads it back, %s', async (_name, fault) => {
    if (fault !== null) await rig.hands.fault(fault);
    await identify();
    const every = Uint8Array.from({ length: 3001 }, (_, index) => (index * 7) & 0xff);
    const image = imageOf(
      rig,
      { address: START, bytes: every },
      { address: START + 0x8002, bytes: Uint8Array.from(randomBytes(700)) },
    );
    await rig.run('program', { image });
    expect(await rig.run('verify', { image })).toMatchObject({ bytes: 3004 + 704 });
    const { bytes } = await rig.run('read-memory', { address: START, length: every.length });
    expect(Buffer.from(bytes).equals(every)).toBe(true);
    // A second image needs its sectors erased first: flash only clears bits.
    const other = imageOf(rig, { address: START, bytes: Uint8Array.from(randomBytes(300)) });
    await rig.run('program', { image: other });
    await rig.run('verify', { image: other });
    expect((await rig.hands.status()).discardedBytes).toBe(0);
  });

  it('asks again for a damaged answer, and reads past noise and notifications', async () => {
    await rig.hands.fault('acks-only always');
    await identify();
    await rig.hands.fault(`corrupt-checksum ${code('m')}`);
    await rig.hands.fault(`garbage ${code('m')}`);
    const { bytes } = await rig.run('read-memory', { address: START, length: 64 });
    expect([...bytes]).toEqual(Array<number>(64).fill(0xff));
    expect((await rig.hands.status()).faults).toEqual(['acks-only always']);
  });

  it('names the address of a cell that reads wrong', async () => {
    await identify();
    const image = imageOf(rig, { address: START, bytes: new Uint8Array(6000).fill(0x55) });
    await rig.run('program', { image });
    await rig.hands.fault('bad-cell 08001123');
    await expect(rig.run('verify', { image })).rejects.toMatchObject({
      code: 'verify-mismatch',
      context: { address: '0x08001123' },
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
    const { chipUid } = await identify();
    const image = imageOf(rig, { address: START, bytes: new Uint8Array(64).fill(0x11) });
    await rig.run('program', { image });
    expect(await rig.run('protect', { level: 'RDP1' })).toMatchObject({ dlm: 'RDP1' });
    expect(await rig.run('read-state', {})).toMatchObject({
      ...{ lifecycle: { dlm: 'RDP1' }, locked: false, chipUid },
    });
    await expect(identify()).rejects.toMatchObject({
      ...{ code: 'protected', chip: 'untouched', context: { chipUid } },
    });
    expect(await rig.run('initialize', {})).toMatchObject({ dlm: 'RDP0' });
    const { bytes } = await rig.run('read-memory', { address: START, length: 64 });
    expect([...bytes]).toEqual(Array<number>(64).fill(0xff));
  });

  it('does not take a protection that did not come about for one', async () => {
    await identify();
    await rig.hands.fault('lock-lost');
    await expect(rig.run('protect', { level: 'RDP1' })).rejects.toMatchObject({ code: 'wrong-state' });
  });

  it('erases an open part, and does not erase it again before it programs it', async () => {
    await identify();
    await rig.run('program', { image: imageOf(rig, { address: START, bytes: new Uint8Array(64) }) });
    await rig.run('initialize', {});
    rig.heard.length = 0;
    const image = imageOf(rig, { address: START, bytes: new Uint8Array(64).fill(0xa5) });
    await rig.run('program', { image });
    await rig.run('verify', { image });
    expect(rig.heard.some(({ note }) => note === 'Erase')).toBe(false);
  });

  it('refuses another product, what it cannot do, and the level that is for ever', async () => {
    await rig.hands.fault('wrong-chip 0419');
    await expect(identify()).rejects.toMatchObject({ code: 'wrong-chip', context: { found: '0x419' } });
    await rig.hands.fault(null);
    await identify();
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'unsupported' });
    await expect(rig.run('protect', { level: 'RDP2' })).rejects.toMatchObject({ code: 'unsupported' });
    expect((await rig.hands.status()).dlm).toBe('RDP0');
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

  it('says so when a write is refused, and programs the part anew after that', async () => {
    await identify();
    const image = imageOf(rig, { address: START, bytes: Uint8Array.from(randomBytes(8000)) });
    await rig.hands.fault(`nak FF ${code('v')}`);
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'device-error',
      chip: 'not-locked',
      context: { status: 'EFF' },
    });
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it('writes memory and reads it back; what is not there is no success', async () => {
    await identify();
    const bytes = Uint8Array.from(randomBytes(1500));
    await rig.run('write-memory', { address: 0x20000100, bytes });
    const read = await rig.run('read-memory', { address: 0x20000100, length: bytes.length });
    expect(Buffer.from(read.bytes).equals(bytes)).toBe(true);
    await expect(rig.run('write-memory', { address: 0x60000000, bytes })).rejects.toMatchObject({
      code: 'device-error',
    });
  });

  it('starts the firmware, and takes the part back afterwards', async () => {
    await identify();
    await rig.run('start-firmware', {});
    expect(await rig.run('read-state', {})).toMatchObject({ lifecycle: { dlm: 'RDP0' } });
  });

  it('stops between two blocks when it is told to', async () => {
    await identify();
    const image = imageOf(rig, { address: START, bytes: new Uint8Array(4096).fill(1) });
    const abort = new AbortController();
    abort.abort();
    await expect(rig.run('program', { image }, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
