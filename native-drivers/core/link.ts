/** How a site reaches its part: plain data, so that it crosses a process boundary. */
export interface LinkSpec {
  /**
   * Serial port: `/dev/ttyUSB0`, `COM4`, `/dev/pts/7`; a TCP address, `tcp://host:port`, which has no modem lines; or a
   * USB device: `usb:1-2.3` by bus and port path, `usbip://host:port/1-1` behind a USB/IP server.
   */
  path: string;
  /** USB topology of the adapter (`1-2.3:1.0`). Where set, the port is found by it and `path` is only where it was last. */
  location?: string;
  /** The adapter at that location, where it has a serial number: it is looked for elsewhere when its place is empty. */
  adapter?: UsbAdapter;
  control: ControlSpec;
}

/** What tells one USB adapter from all others; hexadecimal ids of four digits. */
export interface UsbAdapter {
  vendorId: string;
  productId: string;
  serialNumber: string;
}

/**
 * How reset and mode pin are driven and how the socket reports a part.
 * `bench`: the virtual bench's control socket (docs/virtual-bench.md). `modem-lines`: DTR and RTS of the adapter,
 * with CTS or DSR as the socket's contact; `crossCoupled`: two transistors between them, as on ESP boards, so that both
 * lines set together drive neither. `relay`: two channels of a relay or GPIO board on a serial port of its own, found by its
 * location like a site's where it has one; relays are counted from 1, pins from 0.
 * `operator`: a person does it when asked.
 */
export type ControlSpec =
  | { kind: 'bench'; socket: string }
  | {
      kind: 'modem-lines';
      reset: 'dtr' | 'rts';
      mode: 'dtr' | 'rts';
      contact?: 'cts' | 'dsr';
      crossCoupled?: boolean;
    }
  | {
      kind: 'relay';
      /** Relays where nothing is said. */
      board?: 'relays' | 'gpio';
      path: string;
      location?: string;
      reset: number;
      mode: number;
    }
  | { kind: 'operator' };

/** An open byte link. Bytes arrive as events; nothing polls. */
export interface Transport {
  readonly path: string;
  readonly baudRate: number;
  /** Resolves once the bytes are handed to the operating system; `setBaudRate` waits until they are on the wire. */
  write(bytes: Uint8Array): Promise<void>;
  /** At most one listener; returns its remover. Bytes that arrive with no listener are dropped and counted. */
  onData(listener: (bytes: Uint8Array) => void): () => void;
  /** Called once when the link ends for any reason but `close()`; the error is `port-gone`. */
  onGone(listener: (error: Error) => void): () => void;
  setBaudRate(baudRate: number): Promise<void>;
  close(): Promise<void>;
}

/** Reset, mode pin and socket contact of one site. */
export interface ControlLines {
  /** `boot`: mode pin low, the ROM speaks after reset. `run`: mode pin high, the firmware runs. */
  setMode(mode: 'boot' | 'run'): Promise<void>;
  /** Pulses reset; resolves when the line is released. */
  reset(): Promise<void>;
  /** True: a part is in. False: the socket is empty. Null: this fixture cannot tell. */
  presence(): Promise<boolean | null>;
  onPresence(listener: (part: boolean) => void): () => void;
  close(): Promise<void>;
}

export interface Link {
  transport: Transport;
  control: ControlLines;
}

/** What this station uses of a USB device, in the WebUSB interface's own shapes (W3C community draft, section 9). */
export type UsbDevice = Pick<
  USBDevice,
  | 'vendorId'
  | 'productId'
  | 'productName'
  | 'serialNumber'
  | 'configuration'
  | 'selectConfiguration'
  | 'claimInterface'
  | 'releaseInterface'
  | 'selectAlternateInterface'
  | 'controlTransferIn'
  | 'controlTransferOut'
  | 'transferIn'
  | 'transferOut'
  | 'clearHalt'
  | 'reset'
>;

/** An open USB device of this process alone; no interface is claimed yet. */
export interface UsbPort {
  readonly path: string;
  readonly device: UsbDevice;
  /** Called once when the device leaves the bus for any reason but `close()`; the error is `port-gone`. */
  onGone(listener: (error: Error) => void): () => void;
  /** Ends the link as `port-gone`: whoever sees the device vanish first says so. */
  abandon(cause?: unknown): void;
  close(): Promise<void>;
}

export interface UsbLink {
  /** Another object each time that a device came to this place on the bus. */
  usb: UsbPort;
  control: ControlLines;
  /** Called once `usb` is another device: the same part after a reset or in another mode, or another part. */
  onReturn?(listener: () => void): () => void;
}

/** A programmer that a tool of its maker drives: nothing is opened, the tool is told the path. */
export interface ToolLink {
  path: string;
  control: ControlLines;
}
