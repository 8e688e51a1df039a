import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainDecoder } from '#drivers/core/decoder.ts';
import type { WireEntry } from '#drivers/core/host-api.ts';
import type { UsbPort } from '#drivers/core/link.ts';
import { openVirtualPort, type VirtualPort } from '#drivers/transports/usb/virtual-port.test-support.ts';
import { Echo } from '#drivers/virtual/usb/echo.test-support.ts';
import { tapUsb } from './tap.ts';
import { WireRecorder } from './wire-recorder.ts';

const ask = (request: number, value = 0): USBControlTransferParameters => ({
  ...{ requestType: 'vendor', recipient: 'interface', request, value, index: 0 },
});

let echo: Echo;
let bus: VirtualPort;
let port: UsbPort;
let wire: WireRecorder;
let entries: WireEntry[];
beforeEach(async () => {
  echo = new Echo();
  bus = await openVirtualPort(echo);
  entries = [];
  wire = new WireRecorder(plainDecoder, (more) => void entries.push(...more));
  port = tapUsb(await bus.open(), wire);
  await port.device.claimInterface(0);
  wire.watch(true);
});
afterEach(async () => {
  wire.watch(false);
  await bus.close();
});

function lines(): string[] {
  wire.watch(false);
  return entries.map(({ direction, title, hex }) => `${direction} ${title} ${hex}`.trim());
}

describe('a watched USB device', () => {
  it('shows the set-up packet that the device sees, and what comes back', async () => {
    await port.device.controlTransferOut(ask(0x31, 0x1234), Uint8Array.of(0xab, 0xcd));
    await port.device.controlTransferIn(ask(0x32, 0x4321), 8);
    const [first = '', second = ''] = echo.seen.slice(-2).map((one) => one.replace(':', ''));
    expect(first).toBe('4131341200000200abcd');
    expect(lines()).toEqual([
      `sent Out vendor request 31 ${first}`,
      `sent In vendor request 32 ${second}`,
      `received 8 B ${second}`,
    ]);
  });

  it('shows that a request was refused, and a transfer', async () => {
    await port.device.selectAlternateInterface(0, 1);
    await port.device.controlTransferOut(ask(0xee));
    await port.device.transferOut(2, Buffer.from('bad'));
    await port.device.clearHalt('out', 2);
    await port.device.transferOut(2, Buffer.from('good'));
    await port.device.transferIn(1, 64);
    expect(echo.seen).toContain('selected 1 0 1');
    expect(lines()).toEqual([
      'sent Out standard SET_INTERFACE 010b010000000000',
      'sent Out vendor request EE 41ee000000000000',
      'received Stalled',
      'sent 3 B 626164',
      'received Stalled endpoint 2',
      'sent 4 B 676f6f64',
      'received 4 B 676f6f64',
    ]);
  });

  it('shows a request that nobody answers any more, and the error is the link’s own', async () => {
    bus.plug(null);
    await expect(port.device.controlTransferIn(ask(0x32), 8)).rejects.toMatchObject({ code: 'port-gone' });
    expect(lines()).toEqual(['sent In vendor request 32 c132000000000800', 'received No answer']);
  });

  it('shows nothing while nobody watches, and answers all the same', async () => {
    wire.watch(false);
    expect((await port.device.controlTransferIn(ask(0x32), 8)).data?.byteLength).toBe(8);
    wire.watch(true);
    expect(lines()).toEqual([]);
  });
});
