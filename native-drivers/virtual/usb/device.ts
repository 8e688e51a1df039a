/** One standard: what a device answers is bytes, or a stall of that endpoint (USB 2.0, section 8.5.3.4). */
export type UsbAnswer = Uint8Array | 'stall';

/**
 * A simulated USB device as its bus sees it. Standard requests (GET_DESCRIPTOR, SET_CONFIGURATION and the like: USB 2.0,
 * section 9.4) are answered by the bus from `descriptors`; class and vendor requests and the endpoints are the device's.
 */
export interface VirtualUsbDevice {
  readonly speed: 'full' | 'high';
  readonly descriptors: UsbDescriptors;
  /** A class or vendor request. `setup`: the 8 bytes of the packet; `data`: what the host sent; IN answers at most wLength. */
  control(setup: Uint8Array, data: Uint8Array): Promise<UsbAnswer>;
  /** Bytes to an OUT endpoint (number without direction). Resolves when they are taken: how many, or a stall. */
  write(endpoint: number, bytes: Uint8Array): Promise<number | 'stall'>;
  /** Bytes from an IN endpoint; waits until there are some. Rejects with the signal's reason when the host unlinks. */
  read(endpoint: number, length: number, signal: AbortSignal): Promise<UsbAnswer>;
  /** SET_CONFIGURATION and SET_INTERFACE, for those that keep state per alternate. */
  selected?(configuration: number, iface: number, alternate: number): void;
  /** A bus reset. */
  reset(): void;
}

export interface UsbDescriptors {
  /** 18 bytes (USB 2.0, table 9-8). */
  device: Uint8Array;
  /** Each with all its interfaces and endpoints, as GET_DESCRIPTOR gives it (section 9.4.3). */
  configurations: readonly Uint8Array[];
  /** By index from 1; index 0 (languages) is the bus's. */
  strings: readonly string[];
}
