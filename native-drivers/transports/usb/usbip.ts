import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { DriverError } from '#drivers/core/errors.ts';
import type { UsbPort } from '#drivers/core/link.ts';
import { STATUS_BUSY } from '#drivers/protocols/usbip/constants.ts';
import { Lifeline } from './lifeline.ts';
import { usbIpAddress } from './usbip-address.ts';
import { UsbIpDevice } from './usbip-device.ts';
import { UsbIpHost } from './usbip-host.ts';

/** A server on this machine or in this room answers at once. */
const CONNECT_MS = 5000;

/**
 * Imports a device from a USB/IP server and enumerates it in this process: no driver in the kernel is asked. Rejects
 * with `bad-argument`, `port-missing` (no server, no such device), `port-busy` (another host has it) or `no-answer`.
 */
export async function openUsbIp(path: string): Promise<UsbPort> {
  const { host, port, busid } = usbIpAddress(path);
  const lifeline = new Lifeline(path);
  const session = new UsbIpHost(
    await connected(connect({ host, port, noDelay: true }), path),
    busid,
    lifeline,
  );
  try {
    const record = await session.imported;
    if (typeof record === 'number') throw refusal(record, path);
    return portOn(await UsbIpDevice.enumerate(session), session, lifeline, path);
  } catch (error) {
    lifeline.close();
    await session.close();
    throw error;
  }
}

function portOn(device: UsbIpDevice, session: UsbIpHost, lifeline: Lifeline, path: string): UsbPort {
  return {
    ...{ path, device },
    onGone: (listener) => lifeline.onGone(listener),
    abandon: (cause) => {
      lifeline.gone(cause);
      session.destroy();
    },
    close: async () => {
      lifeline.close();
      await session.close();
    },
  };
}

async function connected(socket: Socket, path: string): Promise<Socket> {
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
    return socket;
  } catch (cause) {
    socket.on('error', () => undefined).destroy();
    const late = cause instanceof Error && cause.name === 'AbortError';
    const text = late ? 'The USB/IP server does not answer.' : 'No USB/IP server is there.';
    throw new DriverError(late ? 'no-answer' : 'port-missing', text, {
      ...{ chip: 'untouched', context: { path }, cause },
    });
  }
}

function refusal(status: number, path: string): DriverError {
  const busy = status === STATUS_BUSY;
  const text = busy ? 'Another host has the USB device.' : 'No USB device is on that port.';
  return new DriverError(busy ? 'port-busy' : 'port-missing', text, {
    ...{ chip: 'untouched', context: { path, status } },
  });
}
