import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UsbPort } from '#drivers/core/link.ts';
import { openVirtualPort, type VirtualPort } from '#drivers/transports/usb/virtual-port.test-support.ts';
import { Echo } from '#drivers/virtual/usb/echo.test-support.ts';
import { openSocket, type SocketRig } from '#drivers/virtual/cmsis-dap/socket.test-support.ts';
import { COMMAND, INFO } from './constants.ts';
import { PacketPort } from './packet-port.ts';

let socket: SocketRig;
let bus: VirtualPort;
let usb: UsbPort;
beforeEach(async () => {
  socket = openSocket();
  bus = await openVirtualPort(socket.socket.usb);
  usb = await bus.open();
});
afterEach(() => bus.close());

const text = async (port: PacketPort, what: number): Promise<string> => {
  const response = await port.command(Uint8Array.of(COMMAND.info, what));
  return response.toString('latin1', 2, 1 + response.readUInt8(1));
};

describe('packets to a probe', () => {
  it('are as large and as many at once as the probe says', async () => {
    const port = await PacketPort.open(usb);
    expect([port.packetSize, port.packetCount]).toEqual([512, 4]);
    expect(await text(port, INFO.serial)).toBe('RL-DAP-1');
  });

  it('stale-bytes-at-open: what a host before has not read is dropped and counted, whatever it was', async () => {
    await usb.device.claimInterface(0);
    for (const what of [INFO.size, INFO.serial, INFO.size])
      await usb.device.transferOut(1, Uint8Array.of(COMMAND.info, what));
    await usb.device.releaseInterface(0);
    const port = await PacketPort.open(usb);
    expect(port.discarded).toBe(3);
    expect(await text(port, INFO.serial)).toBe('RL-DAP-1');
  });

  it('stay in step when the taker of a response throws', async () => {
    const port = await PacketPort.open(usb);
    const info = { bytes: Uint8Array.of(COMMAND.info, INFO.product), lineMs: 0 };
    let taken = 0;
    const failed = port.pipeline(Array(10).fill(info), () => {
      taken += 1;
      if (taken === 3) throw new Error('enough');
    });
    await expect(failed).rejects.toThrow('enough');
    expect(taken).toBe(3);
    expect(await text(port, INFO.serial)).toBe('RL-DAP-1');
  });

  it('a cable that is pulled ends them at once', async () => {
    const port = await PacketPort.open(usb);
    socket.faults.arm('drop-answer always');
    const waiting = expect(port.command(Uint8Array.of(COMMAND.info, INFO.serial))).rejects.toMatchObject({
      code: 'port-gone',
    });
    bus.plug(null);
    await waiting;
  });

  it('are not sent to a device that is no probe', async () => {
    const other = await openVirtualPort(new Echo());
    await expect(PacketPort.open(await other.open())).rejects.toMatchObject({
      ...{ code: 'wrong-chip', chip: 'untouched' },
    });
    await other.close();
  });
});
