import type { Transport, UsbDevice, UsbPort } from '../core/link.ts';

/** Where bytes are shown while somebody watches. */
export interface WireTap {
  readonly on: boolean;
  sent(bytes: Uint8Array): void;
  received(bytes: Uint8Array): void;
}

/** The same transport; what goes over it is shown to the tap. Costs one comparison a chunk while nobody watches. */
export function tapTransport(inner: Transport, tap: WireTap): Transport {
  return {
    path: inner.path,
    get baudRate() {
      return inner.baudRate;
    },
    write: (bytes) => {
      if (tap.on) tap.sent(bytes);
      return inner.write(bytes);
    },
    onData: (listener) =>
      inner.onData((bytes) => {
        if (tap.on) tap.received(bytes);
        listener(bytes);
      }),
    onGone: (listener) => inner.onGone(listener),
    setBaudRate: (baudRate) => inner.setBaudRate(baudRate),
    close: () => inner.close(),
  };
}

/** The same device; payloads of its transfers are shown to the tap, set-up packets are not. */
export function tapUsb(port: UsbPort, tap: WireTap): UsbPort {
  return {
    path: port.path,
    device: tapDevice(port.device, tap),
    onGone: (listener) => port.onGone(listener),
    abandon: (cause) => port.abandon(cause),
    close: () => port.close(),
  };
}

function tapDevice(inner: UsbDevice, tap: WireTap): UsbDevice {
  const out = (data: ArrayBufferView | ArrayBuffer | SharedArrayBuffer | undefined) => {
    if (tap.on && data !== undefined && data.byteLength > 0) tap.sent(bytesOf(data));
  };
  const taken = <T extends { data?: DataView | undefined }>(result: T): T => {
    if (tap.on && result.data !== undefined && result.data.byteLength > 0) tap.received(bytesOf(result.data));
    return result;
  };
  // Properties change while the device is open: the view reads through.
  const tapped: Partial<UsbDevice> = {
    controlTransferOut: (setup, data?: ArrayBuffer | ArrayBufferView<ArrayBuffer>) => {
      out(data);
      return inner.controlTransferOut(setup, data);
    },
    controlTransferIn: async (setup, length) => taken(await inner.controlTransferIn(setup, length)),
    transferOut: (endpoint, data: ArrayBuffer | ArrayBufferView<ArrayBuffer>) => {
      out(data);
      return inner.transferOut(endpoint, data);
    },
    transferIn: async (endpoint, length) => taken(await inner.transferIn(endpoint, length)),
  };
  return new Proxy(inner, {
    get(target, name) {
      const own: unknown = Reflect.get(tapped, name);
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function bytesOf(data: ArrayBufferView | ArrayBuffer | SharedArrayBuffer): Uint8Array {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}
