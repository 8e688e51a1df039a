import { usbDescriptors } from './descriptors.ts';
import type { UsbAnswer, VirtualUsbDevice } from './device.ts';

/** Two pairs of bulk endpoints behind one interface: two serial ports, to a driver that takes any such device. */
export class TwoPorts implements VirtualUsbDevice {
  readonly speed = 'full';
  readonly descriptors = usbDescriptors({
    ...{ vendorId: 0x1209, productId: 0x0003, manufacturer: 'Rootline', product: 'Two ports', serial: 'T-1' },
    configurations: [
      {
        interfaces: [
          {
            ...{ number: 0, class: [0xff, 0, 0] },
            endpoints: [0x81, 0x02, 0x83, 0x04].map((address) => ({ address, type: 'bulk', maxPacket: 64 })),
          },
        ],
      },
    ],
  });

  control(): Promise<UsbAnswer> {
    return Promise.resolve('stall');
  }

  write(_endpoint: number, bytes: Uint8Array): Promise<number> {
    return Promise.resolve(bytes.length);
  }

  /** Never has anything to say. */
  read(_endpoint: number, _length: number, signal: AbortSignal): Promise<UsbAnswer> {
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  }

  reset(): void {}
}
