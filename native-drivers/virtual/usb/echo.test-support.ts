import { descriptor, usbDescriptors } from './descriptors.ts';
import type { UsbAnswer, VirtualUsbDevice } from './device.ts';

/** Sends back what it is sent, over two bulk endpoints or by a vendor request; `bad` stalls. */
export class Echo implements VirtualUsbDevice {
  readonly speed = 'full';
  readonly descriptors = usbDescriptors({
    ...{ vendorId: 0x1209, productId: 0x0001, manufacturer: 'Rootline', product: 'Echo', serial: 'E-1' },
    configurations: [
      {
        interfaces: [
          { number: 0, class: [0xff, 0, 0], name: 'quiet', extra: [descriptor(0x21, 1, 2, 3)] },
          {
            ...{ number: 0, alternate: 1, class: [0xff, 0, 1], name: 'loud' },
            endpoints: [
              { address: 0x81, type: 'bulk', maxPacket: 64 },
              { address: 0x02, type: 'bulk', maxPacket: 64 },
            ],
          },
        ],
      },
    ],
  });
  readonly seen: string[] = [];
  readonly aborted: unknown[] = [];
  waiting = 0;
  private readonly held: Uint8Array[] = [];
  private wake: () => void = () => undefined;

  control(setup: Uint8Array, data: Uint8Array): Promise<UsbAnswer> {
    this.seen.push(`${Buffer.from(setup).toString('hex')}:${Buffer.from(data).toString('hex')}`);
    return Promise.resolve(setup[1] === 0xee ? 'stall' : setup);
  }

  write(endpoint: number, bytes: Uint8Array): Promise<number | 'stall'> {
    this.seen.push(`out ${endpoint}`);
    if (Buffer.from(bytes).toString() === 'bad') return Promise.resolve('stall');
    this.held.push(bytes);
    this.wake();
    return Promise.resolve(bytes.length);
  }

  async read(_endpoint: number, _length: number, signal: AbortSignal): Promise<UsbAnswer> {
    for (;;) {
      const next = this.held.shift();
      if (next !== undefined) return next;
      this.waiting += 1;
      await new Promise<void>((resolve, reject) => {
        this.wake = resolve;
        signal.addEventListener('abort', () => {
          this.aborted.push(signal.reason);
          reject(signal.reason as Error);
        });
      });
    }
  }

  selected(configuration: number, iface: number, alternate: number): void {
    this.seen.push(`selected ${configuration} ${iface} ${alternate}`);
  }

  reset(): void {
    this.seen.push('reset');
  }
}
