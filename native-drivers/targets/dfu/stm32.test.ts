import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openUsbRig, type UsbRig } from './usb-rig.test-support.ts';

let rig: UsbRig;
beforeAll(async () => {
  rig = await openUsbRig('stm32-dfu', 'dfu');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());

const START = 0x08000000;
const identify = () => rig.run('identify', { target: 'stm32-dfu' });
const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));
const flashTime = async (): Promise<number> => (await rig.hands.clock()).flashSeconds;

describe('STM32F4 over its USB boot loader', () => {
  it('says which part it is by its serial number, and where its sectors lie', async () => {
    const identity = await identify();
    expect(identity).toMatchObject({
      ...{ chipUid: (await rig.hands.status()).uid, product: 'STM32  BOOTLOADER' },
      lifecycle: { dlm: 'RDP0' },
    });
    expect(identity.areas.map(({ eraseUnit }) => eraseUnit)).toEqual([0x4000, 0x10000, 0x20000]);
    expect(identity.areas.at(-1)?.end).toBe(0x080fffff);
  });

  it('writes an image of odd length over several sectors and reads every byte back', async () => {
    await identify();
    const image = rig.image(
      { address: START, bytes: random(5001) },
      { address: START + 5010, bytes: random(90) },
      { address: START + 0x4000 - 50, bytes: random(0x11000) },
    );
    await rig.run('program', { image });
    const { bytes } = await rig.run('verify', { image });
    // Whole units of 32 bytes: the first two pieces meet in one, the third begins and ends within one.
    expect(bytes).toBe(5120 + 0x11000 + 32);
  });

  it('leaves a sector alone that holds the image, and erases one that holds another', async () => {
    await identify();
    const [first, second] = [random(0x4000), random(0x4000)];
    const image = rig.image({ address: START, bytes: Buffer.concat([first, second]) });
    await rig.run('program', { image });
    await rig.hands.resetClock();
    await rig.run('program', { image });
    expect(await flashTime()).toBe(0);
    second.set([~(second[0x3000] ?? 0) & 0xff], 0x3000);
    const changed = rig.image({ address: START, bytes: Buffer.concat([first, second]) });
    await rig.run('program', { image: changed });
    // One sector of 16 KiB: its erase, and eight blocks of which the part says 9 ms each.
    expect(await flashTime()).toBeCloseTo(0.25 + 8 * 0.009, 6);
    await rig.run('verify', { image: changed });
  });

  it('names the address of a cell that reads wrong', async () => {
    await identify();
    const image = rig.image({ address: START, bytes: new Uint8Array(600).fill(0x55) });
    await rig.run('program', { image });
    await rig.hands.fault('bad-cell 08000123');
    await expect(rig.run('verify', { image })).rejects.toMatchObject({
      ...{ code: 'verify-mismatch', context: { address: '0x08000123' } },
    });
  });

  it('refuses an image outside its flash before anything is erased', async () => {
    await identify();
    const image = rig.image({ address: 0x08100000, bytes: new Uint8Array(4) });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      ...{ code: 'image-range', chip: 'untouched' },
    });
  });

  it('protects, shows its number still, refuses to be read or written, and opens again by erasing all', async () => {
    const { chipUid } = await identify();
    const image = rig.image({ address: START, bytes: new Uint8Array(64).fill(0x11) });
    await rig.run('program', { image });
    expect(await rig.run('protect', { level: 'RDP1' })).toMatchObject({ dlm: 'RDP1' });
    expect((await rig.hands.status()).dlm).toBe('RDP1');
    expect(await rig.run('read-state', {})).toMatchObject({
      ...{ chipUid, lifecycle: { dlm: 'RDP1' }, locked: false },
    });
    expect(await identify()).toMatchObject({ chipUid, lifecycle: { dlm: 'RDP1' } });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      ...{ code: 'protected', chip: 'untouched' },
    });
    expect(await rig.run('initialize', {})).toMatchObject({ dlm: 'RDP0' });
    const { bytes } = await rig.run('read-memory', { address: START, length: 64 });
    expect([...bytes]).toEqual(Array<number>(64).fill(0xff));
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it('erases an open part sector by sector, the blank ones not at all', async () => {
    await identify();
    const image = rig.image({ address: START + 0x20000, bytes: random(3000) });
    await rig.run('program', { image });
    await rig.hands.resetClock();
    await rig.run('initialize', {});
    expect(await flashTime()).toBe(1);
    const { bytes } = await rig.run('read-memory', { address: START + 0x20000, length: 3000 });
    expect(bytes.every((byte) => byte === 0xff)).toBe(true);
  });

  it('reads any memory it is shown, writes blank flash only, and neither option bytes nor what is not there', async () => {
    await identify();
    const bytes = random(3000);
    await rig.run('write-memory', { address: START + 100, bytes });
    expect((await rig.run('read-memory', { address: START + 100, length: 3000 })).bytes).toEqual(bytes);
    const options = await rig.run('read-memory', { address: 0x1fffc000, length: 16 });
    expect(options.bytes[1]).toBe(0xaa);
    await expect(rig.run('write-memory', { address: START + 100, bytes })).rejects.toMatchObject({
      code: 'wrong-state',
    });
    for (const address of [0x1fffc000, 0x20000000])
      await expect(rig.run('write-memory', { address, bytes: new Uint8Array(16) })).rejects.toMatchObject({
        code: 'bad-argument',
      });
    await expect(rig.run('read-memory', { address: 0x080ffff0, length: 32 })).rejects.toMatchObject({
      code: 'bad-argument',
    });
  });

  it('leaves with a reset: the part is off the bus and runs its program', async () => {
    await identify();
    await rig.run('start-firmware', {});
    expect((await rig.hands.status()).running).toBe('firmware');
    await expect(rig.run('read-state', {})).rejects.toMatchObject({ code: 'port-gone' });
  });

  it('refuses another product, what it cannot do, and a level it does not set', async () => {
    await identify();
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'unsupported' });
    await expect(rig.run('protect', { level: 'RDP2' })).rejects.toMatchObject({
      ...{ code: 'unsupported', chip: 'untouched' },
    });
    await rig.hands.fault('wrong-chip df12');
    await back();
    await expect(identify()).rejects.toMatchObject({
      ...{ code: 'wrong-chip', chip: 'untouched', context: { found: '0483:df12' } },
    });
  });

  it('takes a part that answers a block when it is through, without dfuDNBUSY', async () => {
    await identify();
    await rig.hands.fault('skip-busy always');
    const image = rig.image({ address: START, bytes: random(5000) });
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it('means the same by a block number whatever its length is taken to be', async () => {
    await identify();
    await rig.hands.fault('count-asked-length always');
    const image = rig.image({ address: START + 0x3ff0, bytes: random(5001) });
    await rig.run('program', { image });
    await rig.hands.fault(null);
    await rig.run('verify', { image });
  });

  it('stops between two blocks when it is told to', async () => {
    await identify();
    const image = rig.image({ address: START, bytes: new Uint8Array(4096).fill(1) });
    const abort = new AbortController();
    abort.abort();
    await expect(rig.run('program', { image }, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});

/** The site has opened the port again. */
const back = (): Promise<unknown> =>
  expect.poll(() => rig.events.map(({ type }) => type), { timeout: 3000 }).toContain('port-back');
