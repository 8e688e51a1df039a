import type { AnyTargetDriver, ImageSource, TargetSession } from '../core/driver.ts';
import { DriverError } from '../core/errors.ts';
import type { ControlLines, LinkSpec, Transport, UsbLink, UsbPort } from '../core/link.ts';
import { openControl, type ControlHelp } from '../transports/control/open-control.ts';
import { openSerial, type SerialTransport } from '../transports/serial.ts';
import { isTcp, openTcp } from '../transports/tcp.ts';
import { isUsb, openUsb } from '../transports/usb/open-usb.ts';
import { tapTransport, tapUsb, type UsbTap } from './tap.ts';

const OPEN_BAUD_RATE = 9600;

/** What ends a link, whatever it is made of. */
interface Lifeline {
  onGone(listener: (error: Error) => void): () => void;
  abandon(cause?: unknown): void;
  close(): Promise<void>;
}

/** Everything a driver may be handed; it takes what its reach says. */
export interface Ends {
  path: string;
  transport?: Transport;
  usb?: UsbPort;
  control: ControlLines;
  onReturn?: NonNullable<UsbLink['onReturn']>;
}

/** An open link: what the session works with, and what ends it. */
export interface OpenedLink {
  ends: Ends;
  lifeline: Lifeline;
}

/** Opens what the driver reaches its part by, and the control lines, or neither. `spec.path`: where the port is now. */
export async function openLink(
  driver: AnyTargetDriver,
  spec: LinkSpec,
  help: ControlHelp = nobody,
  tap: UsbTap = untapped,
): Promise<OpenedLink> {
  const { path } = spec;
  if (driver.reach === 'tool')
    return { ends: { path, control: await openControl(spec, null, help) }, lifeline: unbroken };
  if (driver.reach === 'usb') {
    const usb = await openUsb(path);
    return closing(usb, async () => ({
      ...{ path, usb: tapUsb(usb, tap) },
      control: await openControl(spec, null, help),
    }));
  }
  const { transport, modem } = await openBytes(driver.parity ?? 'none', path);
  return closing(transport, async () => ({
    ...{ path, transport: tapTransport(transport, tap) },
    control: await openControl(spec, modem, help),
  }));
}

/** Binds the driver to its link. The session sees a link that came back as the same object with new ends. */
export function openSession(driver: AnyTargetDriver, ends: Ends, images: ImageSource): TargetSession {
  if (driver.reach === 'tool') return driver.open(ends, images);
  if (driver.reach === 'usb' && hasUsb(ends)) return driver.open(ends, images);
  if (driver.reach !== 'usb' && hasTransport(ends)) return driver.open(ends, images);
  throw new DriverError('bad-argument', 'This target is not reached by such a port.', { chip: 'untouched' });
}

const hasUsb = (ends: Ends): ends is Ends & { usb: UsbPort } => ends.usb !== undefined;
const hasTransport = (ends: Ends): ends is Ends & { transport: Transport } => ends.transport !== undefined;

/** `modem`: null where the transport has no modem lines. */
async function openBytes(
  parity: 'none' | 'even',
  path: string,
): Promise<{ transport: SerialTransport; modem: SerialTransport | null }> {
  if (isUsb(path))
    throw new DriverError('bad-argument', 'This target is reached by a serial port, not by USB.', {
      ...{ chip: 'untouched' as const, context: { path } },
    });
  if (isTcp(path)) return { transport: await openTcp(path, OPEN_BAUD_RATE), modem: null };
  const transport = await openSerial(path, OPEN_BAUD_RATE, parity);
  return { transport, modem: transport };
}

async function closing(lifeline: Lifeline, rest: () => Promise<Ends>): Promise<OpenedLink> {
  try {
    return { ends: await rest(), lifeline };
  } catch (error) {
    await lifeline.close();
    throw error;
  }
}

/** Lines are taken to be set already. */
const nobody: ControlHelp = { ask: () => Promise.resolve(), relayPath: ({ path }) => Promise.resolve(path) };
const untapped: UsbTap = {
  ...{ on: false, sent: () => undefined, received: () => undefined },
  ...{ control: () => undefined, stalled: () => undefined },
};

/** A tool opens its programmer by itself, each time. */
const unbroken: Lifeline = {
  onGone: () => () => undefined,
  abandon: () => undefined,
  close: () => Promise.resolve(),
};
