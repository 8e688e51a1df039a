import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openUsbRig, type UsbRig } from '../dfu/usb-rig.test-support.ts';

let rig: UsbRig;
beforeAll(async () => {
  rig = await openUsbRig('stm32f0-dap', 'cmsis-dap');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());

const START = 0x08000000;
const PAGE = 2048;
const FLASH_BYTES = 128 * 1024;
const bytesOf = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));
const identify = () => rig.run('identify', { target: 'stm32f0-dap' });
const read = async (address: number, length: number) =>
  (await rig.run('read-memory', { address, length })).bytes;

describe('STM32F0 on a CMSIS-DAP probe', () => {
  it('says which part it is, and how much flash it has', async () => {
    const identity = await identify();
    expect(identity.chipUid).toBe((await rig.hands.status()).uid);
    expect(identity.lifecycle.dlm).toBe('RDP0');
    expect(identity.areas).toEqual([
      { kind: 'code', start: START, end: START + FLASH_BYTES - 1, eraseUnit: PAGE, writeUnit: 2 },
    ]);
  });

  it('writes an image with a gap and odd ends, and the part agrees with it', async () => {
    await identify();
    const [first, second] = [bytesOf(5001), bytesOf(777)];
    const image = rig.image(
      { address: START, bytes: first },
      { address: START + 5 * PAGE + 3, bytes: second },
    );
    await rig.run('program', { image });
    await rig.run('verify', { image });
    expect(await read(START, 5001)).toEqual(first);
    expect(await read(START + 5 * PAGE + 3, 777)).toEqual(second);
  });

  it('fills all of the flash, and erases all at once where every page is written', async () => {
    await identify();
    await rig.run('program', { image: rig.image({ address: START, bytes: bytesOf(FLASH_BYTES / 2) }) });
    await rig.hands.resetClock();
    const image = rig.image({ address: START, bytes: bytesOf(FLASH_BYTES) });
    await rig.run('program', { image });
    // One erase of 30 ms, and 65,536 half-words of 53.5 us less the few that are FFFF.
    expect((await rig.hands.clock()).flashSeconds).toBeCloseTo(0.03 + 65_536 * 53.5e-6, 2);
    expect((await rig.run('verify', { image })).bytes).toBe(FLASH_BYTES);
  });

  it('erases and writes only the pages that change', async () => {
    await identify();
    const bytes = bytesOf(8 * PAGE);
    const image = rig.image({ address: START, bytes });
    await rig.run('program', { image });
    const other = Uint8Array.from(bytes);
    other[3 * PAGE + 100] = (other[3 * PAGE + 100] ?? 0) ^ 0xff;
    const changed = rig.image({ address: START, bytes: other });
    rig.heard.length = 0;
    await rig.run('program', { image: changed });
    expect(rig.heard.map(({ done, total }) => [done, total])).toEqual([[PAGE, PAGE]]);
    await rig.run('verify', { image: changed });
  });

  it('names the address of a cell that reads wrong', async () => {
    await identify();
    const image = rig.image({ address: START, bytes: new Uint8Array(600).fill(0x55) });
    await rig.run('program', { image });
    await rig.hands.fault('bad-cell 08000123');
    await expect(rig.run('verify', { image })).rejects.toMatchObject({
      code: 'verify-mismatch',
      context: { address: '0x08000123' },
    });
  });

  it('refuses an image outside its flash before anything is erased', async () => {
    await identify();
    const image = rig.image({ address: START + FLASH_BYTES - 2, bytes: new Uint8Array(4) });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'image-range',
      chip: 'untouched',
    });
  });

  it('protects, still says who it is, lets nothing be read, and opens again by erasing all', async () => {
    const { chipUid } = await identify();
    const image = rig.image({ address: START, bytes: new Uint8Array(64).fill(0x11) });
    await rig.run('program', { image });
    expect(await rig.run('protect', { level: 'RDP1' })).toMatchObject({ dlm: 'RDP1' });
    expect(await rig.run('read-state', {})).toMatchObject({
      lifecycle: { dlm: 'RDP1' },
      ...{ chipUid, locked: false },
    });
    await expect(read(START, 4)).rejects.toMatchObject({ code: 'device-error' });
    await expect(rig.run('program', { image })).rejects.toMatchObject({ code: 'protected' });
    expect(await rig.run('initialize', {})).toMatchObject({ dlm: 'RDP0' });
    expect(await read(START, 64)).toEqual(new Uint8Array(64).fill(0xff));
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it('initializes an open part: everything is erased', async () => {
    await identify();
    const image = rig.image({ address: START + 9 * PAGE, bytes: bytesOf(100) });
    await rig.run('program', { image });
    await rig.run('initialize', {});
    expect(await read(START + 9 * PAGE, 100)).toEqual(new Uint8Array(100).fill(0xff));
  });

  it('writes RAM without a byte beside it, and runs what was put into flash', async () => {
    await identify();
    const at = 0x20000801;
    const before = await read(at - 1, 20);
    const bytes = bytesOf(13);
    await rig.run('write-memory', { address: at, bytes });
    const after = await read(at - 1, 20);
    expect(after.subarray(1, 14)).toEqual(bytes);
    expect([after[0], ...after.subarray(14)]).toEqual([before[0], ...before.subarray(14)]);
    // Stack, reset vector; ldr r0, =20000900; movs r1, #42; str r1, [r0]; b .
    const firmware = Buffer.from('0010002009000008' + '02482a210160fee7' + '0000000000090020', 'hex');
    const image = rig.image({ address: START, bytes: Uint8Array.from(firmware) });
    await rig.run('program', { image });
    await rig.run('start-firmware', {});
    // Looking halts the part under a reset: RAM stays as the firmware left it.
    expect(await read(0x20000900, 4)).toEqual(Uint8Array.of(42, 0, 0, 0));
  });

  it('refuses another product, what it cannot do, and a level for ever', async () => {
    await rig.hands.fault('wrong-chip 0440');
    await expect(identify()).rejects.toMatchObject({ code: 'wrong-chip', context: { product: '0x440' } });
    await rig.hands.fault(null);
    await identify();
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'unsupported' });
    await expect(rig.run('protect', { level: 'RDP2' })).rejects.toMatchObject({ code: 'unsupported' });
    await expect(rig.run('write-memory', { address: START, bytes: Uint8Array.of(1) })).rejects.toMatchObject({
      code: 'bad-argument',
    });
  });

  it('stops between two pages when it is told to', async () => {
    await identify();
    const image = rig.image({ address: START, bytes: bytesOf(4096) });
    const abort = new AbortController();
    abort.abort();
    await expect(rig.run('program', { image }, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
