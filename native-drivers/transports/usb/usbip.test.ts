import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UsbPort } from '#drivers/core/link.ts';
import { Echo } from '#drivers/virtual/usb/echo.test-support.ts';
import { openUsb } from './open-usb.ts';
import { openVirtualPort, type VirtualPort } from './virtual-port.test-support.ts';

const VENDOR_IN = {
  requestType: 'vendor',
  recipient: 'device',
  request: 7,
  value: 0x1234,
  index: 5,
} as const;

let echo: Echo;
let rig: VirtualPort;
let usb: UsbPort;
beforeEach(async () => {
  echo = new Echo();
  rig = await openVirtualPort(echo);
  usb = await rig.open();
});
afterEach(() => rig.close());

async function loud(): Promise<UsbPort['device']> {
  await usb.device.claimInterface(0);
  await usb.device.selectAlternateInterface(0, 1);
  return usb.device;
}

const text = (data: DataView | undefined): string =>
  Buffer.from(data?.buffer ?? new ArrayBuffer(0), data?.byteOffset, data?.byteLength).toString();

describe('a device behind a USB/IP server', () => {
  it('is enumerated: numbers, strings, interfaces with alternates and endpoints', () => {
    const { vendorId, productId, productName, serialNumber, configuration } = usb.device;
    expect([vendorId, productId, productName, serialNumber]).toEqual([0x1209, 1, 'Echo', 'E-1']);
    const [iface] = configuration?.interfaces ?? [];
    expect(iface?.alternates.map((one) => one.interfaceName)).toEqual(['quiet', 'loud']);
    expect(iface?.alternates[1]?.endpoints).toEqual([
      { endpointNumber: 1, direction: 'in', type: 'bulk', packetSize: 64 },
      { endpointNumber: 2, direction: 'out', type: 'bulk', packetSize: 64 },
    ]);
    expect(echo.seen).toEqual(['selected 1 0 0']);
  });

  it('answers a vendor request with its setup packet, takes data, and stalls what it does not know', async () => {
    const { data } = await usb.device.controlTransferIn(VENDOR_IN, 8);
    expect(data?.byteLength).toBe(8);
    expect(data?.getUint16(2, true)).toBe(0x1234);
    expect(echo.seen.at(-1)).toBe('c007341205000800:');
    const sent = await usb.device.controlTransferOut({ ...VENDOR_IN, request: 9 }, Uint8Array.of(1, 2));
    expect(sent).toEqual({ status: 'ok', bytesWritten: 2 });
    expect(echo.seen.at(-1)).toBe('4009341205000200:0102');
    expect(await usb.device.controlTransferIn({ ...VENDOR_IN, request: 0xee }, 8)).toEqual({
      status: 'stall',
    });
  });

  it('moves bytes both ways, whichever side is first', async () => {
    const device = await loud();
    const waiting = device.transferIn(1, 64);
    await device.transferOut(2, Buffer.from('one'));
    expect(text((await waiting).data)).toBe('one');
    await device.transferOut(2, Buffer.from('two'));
    expect(text((await device.transferIn(1, 64)).data)).toBe('two');
  });

  it('stalls an endpoint until its halt is cleared', async () => {
    const device = await loud();
    expect((await device.transferOut(2, Buffer.from('bad'))).status).toBe('stall');
    expect((await device.transferOut(2, Buffer.from('good'))).status).toBe('stall');
    await device.clearHalt('out', 2);
    expect((await device.transferOut(2, Buffer.from('good'))).status).toBe('ok');
    expect(echo.seen.filter((one) => one === 'out 2')).toHaveLength(2);
  });

  it('refuses what a kernel would refuse: unclaimed interfaces and endpoints, alternates that are not there', async () => {
    const { device } = usb;
    await expect(device.transferIn(1, 64)).rejects.toMatchObject({ code: 'bad-argument' });
    await expect(device.claimInterface(3)).rejects.toMatchObject({ code: 'bad-argument' });
    const toInterface = { ...VENDOR_IN, recipient: 'interface', index: 0 } as const;
    await expect(device.controlTransferIn(toInterface, 8)).rejects.toMatchObject({ code: 'bad-argument' });
    await device.claimInterface(0);
    await expect(device.selectAlternateInterface(0, 9)).rejects.toMatchObject({ code: 'bad-argument' });
  });

  it('is reset, with its first alternate and its claims', async () => {
    const device = await loud();
    await device.reset();
    expect(echo.seen.slice(-2)).toEqual(['reset', 'selected 1 0 0']);
    expect(device.configuration?.interfaces[0]).toMatchObject({ claimed: true });
    expect(device.configuration?.interfaces[0]?.alternate.alternateSetting).toBe(0);
  });

  it('is gone once when the cable is pulled, for transfers under way and later ones', async () => {
    const device = await loud();
    const gone: Error[] = [];
    usb.onGone((error) => gone.push(error));
    const waiting = device.transferIn(1, 64);
    await vi.waitUntil(() => echo.waiting === 1);
    rig.plug(null);
    await expect(waiting).rejects.toMatchObject({ code: 'port-gone' });
    await expect(device.transferIn(1, 64)).rejects.toMatchObject({ code: 'port-gone' });
    expect(gone).toMatchObject([{ code: 'port-gone', context: { path: rig.path } }]);
    expect(echo.aborted).toHaveLength(1);
    rig.plug(new Echo());
    expect((await rig.open()).device.productName).toBe('Echo');
  });

  it('belongs to one host at a time, and is free as soon as that one has closed it', async () => {
    await expect(openUsb(rig.path)).rejects.toMatchObject({ code: 'port-busy', chip: 'untouched' });
    await usb.close();
    await (await openUsb(rig.path)).close();
    await expect(usb.device.reset()).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('says what is missing: the server, or a device on that port', async () => {
    await usb.close();
    await expect(openUsb(rig.path.replace('1-1', '1-2'))).rejects.toMatchObject({ code: 'port-missing' });
    await rig.close();
    await expect(openUsb(rig.path)).rejects.toMatchObject({ code: 'port-missing', chip: 'untouched' });
    rig = await openVirtualPort(echo);
  });

  it.each(['usbip://', 'usbip://host', 'usbip://host:1', 'usbip://host:1/x', 'usbip://a@host:1/1-1'])(
    'refuses %s',
    async (bad) => {
      await expect(openUsb(bad)).rejects.toMatchObject({ code: 'bad-argument' });
    },
  );
});
