import type { AnyTargetDriver, ImageSource, TargetSession } from '../core/driver.ts';
import { DriverError } from '../core/errors.ts';
import type { ControlLines, LinkSpec, Transport, UsbPort } from '../core/link.ts';
import { openControl } from '../transports/control/open-control.ts';
import { openSerial, type SerialTransport } from '../transports/serial.ts';
import { isTcp, openTcp } from '../transports/tcp.ts';
import { isUsb, openUsb } from '../transports/usb/open-usb.ts';

const OPEN_BAUD_RATE = 9600;

/** What ends a link, whatever it is made of. */
interface Lifeline {
  onGone(listener: (error: Error) => void): () => void;
  abandon(cause?: unknown): void;
  close(): Promise<void>;
}

/** Everything a driver may be handed; it takes what its reach says. */
interface Ends {
  path: string;
  transport?: Transport;
  usb?: UsbPort;
  control: ControlLines;
}

/** An open link: what the session works with, and what ends it. */
export interface OpenedLink {
  ends: Ends;
  lifeline: Lifeline;
}

/** Opens what the driver reaches its part by, and the control lines, or neither. */
export async function openLink(driver: AnyTargetDriver, spec: LinkSpec): Promise<OpenedLink> {
  const { path } = spec;
  if (driver.reach === 'tool')
    return { ends: { path, control: await openControl(spec, null) }, lifeline: unbroken };
  if (driver.reach === 'usb') {
    const usb = await openUsb(path);
    return closing(usb, async () => ({ path, usb, control: await openControl(spec, null) }));
  }
  const transport = await openBytes(driver.parity ?? 'none', path);
  return closing(transport, async () => ({ path, transport, control: await openControl(spec, transport) }));
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

function openBytes(parity: 'none' | 'even', path: string): Promise<SerialTransport> {
  if (isUsb(path))
    throw new DriverError('bad-argument', 'This target is reached by a serial port, not by USB.', {
      ...{ chip: 'untouched' as const, context: { path } },
    });
  return isTcp(path) ? openTcp(path, OPEN_BAUD_RATE) : openSerial(path, OPEN_BAUD_RATE, parity);
}

async function closing(lifeline: Lifeline, rest: () => Promise<Ends>): Promise<OpenedLink> {
  try {
    return { ends: await rest(), lifeline };
  } catch (error) {
    await lifeline.close();
    throw error;
  }
}

/** A tool opens its programmer by itself, each time. */
const unbroken: Lifeline = {
  onGone: () => () => undefined,
  abandon: () => undefined,
  close: () => Promise.resolve(),
};
