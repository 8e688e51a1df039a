import { afterSilence } from '#drivers/core/after-silence.ts';
import { DriverError } from '#drivers/core/errors.ts';
import type { UsbPort } from '#drivers/core/link.ts';
import { COMMAND, INFO } from './constants.ts';
import { badFrame } from './packets.ts';

/** Before the probe says more: the smallest packet of any (full speed, and HID of version 1). */
const SMALLEST_PACKET = 64;
const VENDOR_CLASS = 0xff;
const HID_CLASS = 0x03;
/** How a probe is told: in the name of its interface, or of the device ("Configure USB Peripheral"). */
const MARK = 'CMSIS-DAP';
/** USB and the probe's own firmware, ms; what a command does on the line comes on top. */
const PROBE_MS = 1000;
/** Responses that a host before us has not read: more than any probe holds. */
const MOST_STALE = 64;

interface Endpoints {
  iface: number;
  out: number;
  in: number;
  /** HID reports have one length. */
  report: number | null;
}

export interface Pending {
  bytes: Uint8Array;
  /** What it takes on the line at most, ms. */
  lineMs: number;
}

/** Command and response packets over the two endpoints of a probe: in order, several on the way at once. */
export class PacketPort {
  packetSize = SMALLEST_PACKET;
  packetCount = 1;
  /** Responses that nobody waited for. */
  discarded = 0;
  private readonly usb: UsbPort;
  private readonly ends: Endpoints;
  private reading: Promise<Uint8Array> | null = null;

  private constructor(usb: UsbPort, ends: Endpoints) {
    this.usb = usb;
    this.ends = ends;
  }

  /** Claims the probe's interface and finds out how large its packets are and how many it takes at once. */
  static async open(usb: UsbPort): Promise<PacketPort> {
    const ends = endpointsOf(usb);
    try {
      await usb.device.claimInterface(ends.iface);
    } catch (cause) {
      throw claimed(usb, cause);
    }
    const port = new PacketPort(usb, ends);
    await port.synchronise();
    return port;
  }

  /** The interface is free again. Never throws: the device may be gone. */
  async close(): Promise<void> {
    await this.usb.device.releaseInterface(this.ends.iface).catch(() => undefined);
  }

  /** Responses to commands of others, or that came too late, are dropped. */
  async synchronise(): Promise<void> {
    await this.write(Uint8Array.of(COMMAND.info, INFO.size));
    this.packetSize = (await this.awaitInfo(2)).readUInt16LE(2);
    await this.write(Uint8Array.of(COMMAND.info, INFO.count));
    this.packetCount = Math.max(1, (await this.awaitInfo(1)).readUInt8(2));
  }

  async command(bytes: Uint8Array, lineMs = 0): Promise<Buffer> {
    await this.write(bytes);
    const response = await this.read(lineMs);
    if (response[0] !== bytes[0]) throw badFrame(response);
    return Buffer.from(response);
  }

  /**
   * Sends them as fast as the probe takes them and hands each response on in order. Where `take` throws, what is on the
   * way is still read, so that the next command gets its own response.
   */
  async pipeline(
    packets: readonly Pending[],
    take: (response: Uint8Array, index: number) => void,
  ): Promise<void> {
    let sent = 0;
    let failure: Error | null = null;
    const writes: Promise<unknown>[] = [];
    for (let index = 0; index < packets.length; index += 1) {
      while (failure === null && sent < packets.length && sent - index < this.packetCount)
        writes.push(this.inBackground(packets[sent++]?.bytes ?? NOTHING));
      if (index >= sent) break;
      const response = await this.read(packets[index]?.lineMs ?? 0);
      if (failure !== null) continue;
      try {
        take(response, index);
      } catch (error) {
        failure = error as Error;
      }
    }
    await Promise.all(writes);
    if (failure !== null) throw failure;
  }

  /** Waited for at the end; where a read fails before it, it is the read that tells. */
  private inBackground(bytes: Uint8Array): Promise<void> {
    const written = this.write(bytes);
    written.catch(() => undefined);
    return written;
  }

  private async awaitInfo(length: number): Promise<Buffer> {
    for (let left = MOST_STALE; left > 0; left -= 1) {
      const response = Buffer.from(await this.read(0));
      if (response[0] === COMMAND.info && response[1] === length && response.length >= 2 + length)
        return response;
      this.discarded += 1;
    }
    throw new DriverError('bad-frame', 'The probe does not say who it is.', { chip: 'untouched' });
  }

  private async write(bytes: Uint8Array): Promise<void> {
    const { report, out } = this.ends;
    const whole = new Uint8Array(report ?? bytes.length);
    whole.set(bytes);
    const { status } = await this.onUsb(() => this.usb.device.transferOut(out, whole));
    if (status !== 'ok') throw stalled(this.usb);
  }

  /** A read that timed out is the one that the next response is waited for with: WebUSB takes none back. */
  private read(lineMs: number): Promise<Uint8Array> {
    this.reading ??= this.readOne();
    const { reading } = this;
    return new Promise((resolve, reject) => {
      const stop = afterSilence(PROBE_MS + lineMs, () => {
        reject(
          new DriverError('no-answer', 'The probe does not answer.', { context: { path: this.usb.path } }),
        );
      });
      const settled = reading.finally(() => {
        stop();
        if (this.reading === reading) this.reading = null;
      });
      settled.then(resolve, reject);
    });
  }

  private async readOne(): Promise<Uint8Array> {
    const length = this.ends.report ?? Math.max(this.packetSize, 1024);
    const { status, data } = await this.onUsb(() => this.usb.device.transferIn(this.ends.in, length));
    if (status !== 'ok' || data === undefined) throw stalled(this.usb);
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }

  private async onUsb<T>(transfer: () => Promise<T>): Promise<T> {
    try {
      return await transfer();
    } catch (cause) {
      if (cause instanceof DriverError) throw cause;
      this.usb.abandon(cause);
      throw new DriverError('port-gone', 'The probe is gone.', { context: { path: this.usb.path }, cause });
    }
  }
}

const NOTHING = new Uint8Array(0);

/** Bulk endpoints of version 2 where there are any, else the reports of version 1. */
function endpointsOf({ device, path }: UsbPort): Endpoints {
  const interfaces = device.configuration?.interfaces ?? [];
  const named = (name: string | null | undefined): boolean => name?.includes(MARK) ?? false;
  const of = (type: number) =>
    interfaces.find(
      ({ alternate }) =>
        alternate.interfaceClass === type && (named(alternate.interfaceName) || named(device.productName)),
    );
  const found = of(VENDOR_CLASS) ?? of(HID_CLASS);
  const end = (direction: USBDirection) =>
    found?.alternate.endpoints.find((one) => one.direction === direction);
  const [into, from] = [end('out'), end('in')];
  if (found === undefined || into === undefined || from === undefined)
    throw new DriverError('wrong-chip', 'The USB device is no CMSIS-DAP probe.', {
      ...{ chip: 'untouched', context: { path } },
    });
  const report = found.alternate.interfaceClass === HID_CLASS ? into.packetSize : null;
  return { iface: found.interfaceNumber, out: into.endpointNumber, in: from.endpointNumber, report };
}

function claimed({ path }: UsbPort, cause: unknown): DriverError {
  if (cause instanceof DriverError) return cause;
  const context = { path };
  return new DriverError('port-busy', 'Another program has the probe.', {
    chip: 'untouched',
    context,
    cause,
  });
}

const stalled = ({ path }: UsbPort): DriverError =>
  new DriverError('device-error', 'The probe refuses a transfer.', { context: { path } });
