import type { ControlStage } from '../core/decoder.ts';
import type { Transport, UsbDevice, UsbPort } from '../core/link.ts';
import { setInterface, setupOf, type SetupPacket } from '../core/usb-setup.ts';

/** Where bytes are shown while somebody watches. */
export interface WireTap {
  readonly on: boolean;
  sent(bytes: Uint8Array): void;
  /** `heard` false: they came while no operation listened. */
  received(bytes: Uint8Array, heard: boolean): void;
}

/** Where transfers of a USB device are shown: bulk and interrupt ones as bytes. */
export interface UsbTap extends WireTap {
  control(stage: ControlStage): void;
  /** A bulk or interrupt transfer was refused. */
  stalled(endpoint: number): void;
}

/**
 * The same transport; what goes over it is shown to the tap, also what nobody listens to. Costs one comparison a chunk
 * while nobody watches.
 */
export function tapTransport(inner: Transport, tap: WireTap): Transport {
  let listener: ((bytes: Uint8Array) => void) | null = null;
  inner.onData((bytes) => {
    if (tap.on) tap.received(bytes, listener !== null);
    listener?.(bytes);
  });
  return {
    path: inner.path,
    get baudRate() {
      return inner.baudRate;
    },
    write: (bytes) => {
      if (tap.on) tap.sent(bytes);
      return inner.write(bytes);
    },
    onData: (next) => {
      listener = next;
      return () => {
        if (listener === next) listener = null;
      };
    },
    onGone: (gone) => inner.onGone(gone),
    setBaudRate: (baudRate) => inner.setBaudRate(baudRate),
    close: () => inner.close(),
  };
}

/** The same device; its transfers are shown to the tap, control transfers with their set-up packets. */
export function tapUsb(port: UsbPort, tap: UsbTap): UsbPort {
  return {
    path: port.path,
    device: tapDevice(port.device, tap),
    onGone: (listener) => port.onGone(listener),
    abandon: (cause) => port.abandon(cause),
    close: () => port.close(),
  };
}

type Data = ArrayBufferView | ArrayBuffer | SharedArrayBuffer | undefined;
interface Result {
  status: USBTransferStatus;
  data?: DataView | undefined;
}

function tapDevice(inner: UsbDevice, tap: UsbTap): UsbDevice {
  // Properties change while the device is open: the view reads through.
  const tapped: Partial<UsbDevice> = {
    controlTransferOut: (params, data?: ArrayBuffer | ArrayBufferView<ArrayBuffer>) => {
      const setup = setupOf(params, 'out', data?.byteLength ?? 0);
      return tapControl(tap, setup, data, () => inner.controlTransferOut(params, data));
    },
    controlTransferIn: (params, length) =>
      tapControl(tap, setupOf(params, 'in', length), undefined, () =>
        inner.controlTransferIn(params, length),
      ),
    selectAlternateInterface: async (number, alternate) => {
      await tapControl(tap, setInterface(number, alternate), undefined, async () => {
        await inner.selectAlternateInterface(number, alternate);
        return { status: 'ok' };
      });
    },
    transferOut: async (endpoint, data: ArrayBuffer | ArrayBufferView<ArrayBuffer>) => {
      const bytes = bytesOf(data);
      if (tap.on && bytes.length > 0) tap.sent(bytes);
      return orStalled(tap, endpoint, await inner.transferOut(endpoint, data));
    },
    transferIn: async (endpoint, length) => {
      const result = await inner.transferIn(endpoint, length);
      const bytes = bytesOf(result.data);
      if (tap.on && bytes.length > 0) tap.received(bytes, true);
      return orStalled(tap, endpoint, result);
    },
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

/** Shows the request, then what came back: data, a stall, nothing. That a request was taken is not shown. */
async function tapControl<T extends Result>(
  tap: UsbTap,
  setup: SetupPacket,
  data: Data,
  transfer: () => Promise<T>,
): Promise<T> {
  if (!tap.on) return transfer();
  tap.control({ setup, direction: 'sent', data: bytesOf(data), outcome: 'ok' });
  const answered = (outcome: ControlStage['outcome'], back: Uint8Array) =>
    tap.control({ setup, direction: 'received', data: back, outcome });
  try {
    const result = await transfer();
    const outcome = OUTCOMES[result.status];
    if (result.data !== undefined || outcome !== 'ok') answered(outcome, bytesOf(result.data));
    return result;
  } catch (error) {
    answered('failed', NOTHING);
    throw error;
  }
}

function orStalled<T extends Result>(tap: UsbTap, endpoint: number, result: T): T {
  if (tap.on && result.status === 'stall') tap.stalled(endpoint);
  return result;
}

const OUTCOMES = { ok: 'ok', stall: 'stalled', babble: 'failed' } as const;
const NOTHING = new Uint8Array(0);

function bytesOf(data: Data): Uint8Array {
  if (data === undefined) return NOTHING;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}
