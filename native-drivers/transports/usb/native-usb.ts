import { WebUSB } from 'usb';
import { DriverError } from '#drivers/core/errors.ts';
import type { UsbPort } from '#drivers/core/link.ts';
import { Lifeline } from './lifeline.ts';
import { NativeDevice } from './native-device.ts';
import { isDeviceAt, locationIn, locationOf, type NativeUsbDevice } from './topology.ts';

const bus = new WebUSB({ allowAllDevices: true });
/** The kernel tells nobody but udev of a device's end, and not everywhere udev runs: its name in sysfs is sampled, ms. */
const SAMPLE_MS = 250;

/** What is on the buses of this machine, hubs included. */
export const nativeDevices = (): Promise<NativeUsbDevice[]> => bus.getDevices();

/** Opens the device on that port. Rejects with `port-missing`, or `port-busy` where the system does not let it be opened. */
export async function openNativeUsb(path: string): Promise<UsbPort> {
  const found = (await nativeDevices()).find((one) => locationOf(one) === locationIn(path));
  if (found === undefined) throw refused('port-missing', 'No USB device is on that port.', path);
  await found.open().catch((cause: unknown) => {
    throw refused('port-busy', 'The USB device cannot be opened by this program.', path, cause);
  });
  const lifeline = new Lifeline(path);
  // Read now: while the package works on the device, it lets nobody look at it.
  const { address, handle } = found;
  const isThere = (): boolean => process.platform !== 'linux' || isDeviceAt(locationIn(path), address);
  const stop = watchEnd(handle, isThere, () => lifeline.gone());
  const device = await NativeDevice.on(found, lifeline, isThere).catch(async (error: unknown) => {
    stop();
    await found.close();
    throw error;
  });
  lifeline.onGone(stop);
  return {
    ...{ path, device },
    onGone: (listener) => lifeline.onGone(listener),
    abandon: (cause) => {
      lifeline.gone(cause);
      // What is left of the device cannot fail in a way that matters any more.
      void found.close().catch(() => undefined);
    },
    close: async () => {
      stop();
      if (!lifeline.close()) return;
      await device.giveBack();
      await found.close();
    },
  };
}

/** On Linux the port says whether the device is there; elsewhere only an event of the package's does. */
function watchEnd(handle: string, isThere: () => boolean, gone: () => void): () => void {
  if (process.platform === 'linux') {
    const timer = setInterval(() => {
      if (!isThere()) gone();
    }, SAMPLE_MS);
    return () => clearInterval(timer);
  }
  const left = (event: { device: USBDevice }): void => {
    if ('handle' in event.device && event.device.handle === handle) gone();
  };
  bus.addEventListener('disconnect', left);
  return () => bus.removeEventListener('disconnect', left);
}

function refused(
  code: 'port-missing' | 'port-busy',
  message: string,
  path: string,
  cause?: unknown,
): DriverError {
  return new DriverError(code, message, { chip: 'untouched', context: { path }, cause });
}
