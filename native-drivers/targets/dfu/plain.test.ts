import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { suffixCrc } from '#drivers/protocols/dfu/suffix.ts';
import { openUsbRig, type UsbRig } from './usb-rig.test-support.ts';

let rig: UsbRig;
beforeAll(async () => {
  rig = await openUsbRig('dfu', 'dfu11');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());

const identify = () => rig.run('identify', { target: 'dfu' });
const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));
const firmware = (bytes: Uint8Array): string => rig.image({ address: 0, bytes });

/** The part is another one from now on, and the site has opened it. */
async function becomes(trait: string): Promise<void> {
  rig.events.length = 0;
  await rig.hands.fault(trait);
  await expect.poll(() => rig.events.map(({ type }) => type), { timeout: 3000 }).toContain('port-back');
}

/** A file as `dfu-suffix` makes it. */
function withSuffix(bytes: Uint8Array, vendorId: number, productId: number, version = 0x0100): Uint8Array {
  const tail = Buffer.alloc(16);
  tail.writeUInt16LE(0xffff, 0);
  tail.writeUInt16LE(productId, 2);
  tail.writeUInt16LE(vendorId, 4);
  tail.writeUInt16LE(version, 6);
  tail.write('UFD', 8);
  tail.writeUInt8(16, 11);
  const file = Buffer.concat([bytes, tail]);
  file.writeUInt32LE(suffixCrc(file.subarray(0, -4)), file.length - 4);
  return Uint8Array.from(file);
}

describe('a device with DFU 1.1', () => {
  it('is identified beside its program, which goes on running', async () => {
    const { chipUid, product, lifecycle } = await identify();
    expect({ chipUid, product, dlm: lifecycle.dlm }).toEqual({
      ...{ chipUid: (await rig.hands.status()).uid, product: '1209:0001 Sensor', dlm: 'APP' },
    });
    expect((await rig.hands.status()).running).toBe('firmware');
  });

  it('is called to its boot loader, takes its program, runs it, and is called again to be read', async () => {
    await identify();
    const image = firmware(random(5000));
    await rig.run('program', { image });
    expect((await rig.hands.status()).running).toBe('firmware');
    expect((await rig.run('verify', { image })).bytes).toBe(5000);
    expect((await rig.hands.status()).running).toBe('boot-rom');
    await rig.run('start-firmware', {});
    expect(await rig.run('read-state', {})).toMatchObject({ lifecycle: { dlm: 'APP' } });
  });

  it('takes a file with a suffix without the suffix, by the number of either of its modes', async () => {
    await identify();
    const bytes = random(2048);
    for (const productId of [0x0001, 0x0002, 0xffff]) {
      const image = firmware(withSuffix(bytes, 0x1209, productId));
      expect((await rig.run('program', { image })).bytes).toBe(2048);
      expect((await rig.run('verify', { image })).bytes).toBe(2048);
    }
  });

  it.each([
    ['for another device', () => withSuffix(random(100), 0x1209, 0x0003), 'wrong-chip'],
    ['for an STM32', () => withSuffix(random(100), 0xffff, 0xffff, 0x011a), 'image-format'],
    [
      'whose CRC does not hold',
      () => withSuffix(random(100), 1, 2).map((b, i) => b ^ Number(i === 50)),
      'bad-frame',
    ],
  ])('refuses a file %s before anything is written', async (_what, make, code) => {
    await identify();
    await expect(rig.run('program', { image: firmware(make()) })).rejects.toMatchObject({
      ...{ code, chip: 'untouched' },
    });
    await rig.run('start-firmware', {});
  });

  it('refuses firmware with gaps and firmware that is too large, says which address ended it', async () => {
    await identify();
    const gaps = rig.image({ address: 0, bytes: random(10) }, { address: 100, bytes: random(10) });
    await expect(rig.run('program', { image: gaps })).rejects.toMatchObject({ code: 'image-range' });
    await expect(rig.run('program', { image: firmware(random(0x20001)) })).rejects.toMatchObject({
      ...{ code: 'device-error', chip: 'not-locked', context: { status: 'errADDRESS', block: 128 } },
    });
    // No program is left in it: it comes back in its boot loader, and is written there.
    const image = firmware(random(3000));
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it('is reset into its boot loader where its program offers no way there', async () => {
    await becomes('mute');
    const image = firmware(random(3000));
    expect((await identify()).lifecycle.dlm).toBe('DFU');
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it.each(['needs-reset', 'tolerant'])('is programmed and read where it is %s', async (trait) => {
    await becomes(trait);
    await identify();
    const image = firmware(random(3000));
    await rig.run('program', { image });
    await rig.run('verify', { image });
    await rig.run('start-firmware', {});
    expect((await rig.hands.status()).running).toBe('firmware');
  });

  it('takes a block that is answered when it is through, without dfuDNBUSY', async () => {
    await identify();
    await rig.hands.fault('skip-busy always');
    const image = firmware(random(3000));
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it('says that it cannot be read, where it cannot', async () => {
    await becomes('write-only');
    await identify();
    const image = firmware(random(3000));
    await rig.run('program', { image });
    await expect(rig.run('verify', { image })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('names the address of a cell that reads wrong', async () => {
    await identify();
    const image = firmware(new Uint8Array(3000).fill(0x55));
    await rig.run('program', { image });
    await rig.hands.fault('bad-cell 0907');
    await expect(rig.run('verify', { image })).rejects.toMatchObject({
      ...{ code: 'verify-mismatch', context: { address: '0x00000907' } },
    });
  });

  it('is not the target of a part that speaks ST’s extension, nor the other way round', async () => {
    const other = await openUsbRig('dfu', 'dfu');
    await expect(other.run('identify', { target: 'dfu' })).rejects.toMatchObject({ code: 'wrong-chip' });
    await other.close();
    const third = await openUsbRig('stm32-dfu', 'dfu11');
    await expect(third.run('identify', { target: 'stm32-dfu' })).rejects.toMatchObject({
      ...{ code: 'wrong-chip', chip: 'untouched', context: { found: '1209:0001' } },
    });
    await third.close();
  });
});
