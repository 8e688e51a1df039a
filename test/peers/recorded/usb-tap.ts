import { randomBytes } from 'node:crypto';
import { FaultSet } from '#drivers/virtual/faults.ts';
import type { SocketChip } from '#drivers/virtual/target.ts';
import { loadVirtualTarget } from '#drivers/virtual/targets.ts';
import type { UsbAnswer, VirtualUsbDevice } from '#drivers/virtual/usb/device.ts';
import { UsbIpServer } from '#drivers/virtual/usb/usbip-server.ts';
import { IdealClock } from '#drivers/virtual/wire/ideal-clock.ts';

const PLACE = '1-1';
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex') || '-';
const answerOf = (answer: UsbAnswer): string => (answer === 'stall' ? answer : hexOf(answer));

/**
 * A simulated device whose transfers are written down as they end, a line for each way: `>0 SETUP DATA` and `<0 ANSWER` for
 * a control request to the device, `>N BYTES` and `<N BYTES` for its endpoints, `!` for a reset of the bus.
 */
class TappedDevice implements VirtualUsbDevice {
  readonly speed;
  readonly descriptors;
  private readonly device: VirtualUsbDevice;
  private readonly lines: string[];

  constructor(device: VirtualUsbDevice, lines: string[]) {
    this.device = device;
    this.lines = lines;
    this.speed = device.speed;
    this.descriptors = device.descriptors;
  }

  async control(setup: Uint8Array, data: Uint8Array): Promise<UsbAnswer> {
    const answer = await this.device.control(setup, data);
    this.lines.push(`>0 ${hexOf(setup)} ${hexOf(data)}`, `<0 ${answerOf(answer)}`);
    return answer;
  }

  async write(endpoint: number, bytes: Uint8Array): Promise<number | 'stall'> {
    const taken = await this.device.write(endpoint, bytes);
    this.lines.push(`>${endpoint} ${hexOf(bytes)}`);
    return taken;
  }

  async read(endpoint: number, length: number, signal: AbortSignal): Promise<UsbAnswer> {
    const answer = await this.device.read(endpoint, length, signal);
    this.lines.push(`<${endpoint} ${answerOf(answer)}`);
    return answer;
  }

  selected(configuration: number, iface: number, alternate: number): void {
    this.device.selected?.(configuration, iface, alternate);
  }

  reset(): void {
    this.lines.push('!');
    this.device.reset();
  }
}

/** A socket with a fresh part, whose device a server offers; `+ DESCRIPTOR` is written down when it comes to the bus. */
export interface TappedSite {
  readonly port: number;
  readonly uid: string;
  readonly chip: SocketChip;
  readonly lines: readonly string[];
  close(): Promise<void>;
}

export async function openTappedSite(target: string): Promise<TappedSite> {
  const virtual = await loadVirtualTarget(target);
  const server = await UsbIpServer.listen();
  const lines: string[] = [];
  let shown: VirtualUsbDevice | null = null;
  const show = (): void => {
    const device = chip.usb ?? null;
    if (device === shown) return;
    shown = device;
    server.unplug(PLACE);
    if (device === null) return;
    lines.push(`+ ${hexOf(device.descriptors.device)}`);
    server.plug(PLACE, new TappedDevice(device, lines));
  };
  const chip = unpacedSocket(virtual, show);
  const uid = Uint8Array.from(randomBytes(virtual.uidBytes));
  chip.insert(virtual.newPart(uid));
  show();
  return { port: server.port, uid: hexOf(uid), chip, lines, close: () => server.close() };
}

/** A socket for which no time passes. */
export function unpacedSocket(
  virtual: Awaited<ReturnType<typeof loadVirtualTarget>>,
  usbChanged: () => void = () => undefined,
): SocketChip {
  const none = (): void => undefined;
  return virtual.socket({
    ...{
      clock: null,
      ideal: new IdealClock(),
      faults: new FaultSet(virtual.faults),
      acceptForeignKeys: true,
    },
    ...{ transmit: none, discard: none, onRunning: none, lineRate: () => 0, usbChanged },
  });
}
