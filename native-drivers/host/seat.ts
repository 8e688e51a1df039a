import type { UsbAdapter, LinkSpec } from '../core/link.ts';
import { DriverError } from '../core/errors.ts';
import { findPort, type Found } from '../transports/find-port.ts';
import { pathExists, watchPath } from '../transports/path-watch.ts';
import type { PortBus } from '../transports/port-bus.ts';
import { isTcp } from '../transports/tcp.ts';

type Away = Omit<Extract<Found, { at: 'away' }>, 'at'>;
interface Placed {
  path: string;
  location?: string;
}

/** Where a site's port is: by its place on the bus, by its name where it has none, or at a server's address. */
export interface Seat {
  /** Nobody tells that a server is back. */
  readonly isServer: boolean;
  /** Name of the port now. Rejects with `port-missing`; `onAway` is told first where its adapter is elsewhere. */
  locate: (onAway: (away: Away) => void) => Promise<string>;
  isStillAt: (path: string) => Promise<boolean>;
  relayPath: (relay: Placed) => Promise<string>;
  onChange: (listener: () => void) => () => void;
}

/** `others`: adapters of the other sites, which this one never takes. */
export function seatOf(spec: LinkSpec, bus: PortBus, others: () => readonly UsbAdapter[]): Seat {
  const { path, location, adapter } = spec;
  const relayPath = async (relay: Placed) => {
    if (relay.location === undefined) return relay.path;
    const found = findPort({ location: relay.location }, await bus.serial());
    if (found.at === 'here') return found.path;
    throw missing(relay.path, relay.location);
  };
  const isUsb = path.startsWith('usb:');
  if (location !== undefined) {
    const bound = { location, ...(adapter === undefined ? {} : { adapter }) };
    const find = async () => findPort(bound, await (isUsb ? bus.usb() : bus.serial()), others());
    return {
      isServer: false,
      locate: async (onAway) => {
        const found = await find();
        if (found.at === 'here') return found.path;
        if (found.at === 'away') onAway({ from: found.from, to: found.to, path: found.path });
        throw missing(path, location);
      },
      isStillAt: async (now) => {
        const found = await find();
        return found.at === 'here' && found.path === now;
      },
      relayPath,
      onChange: (listener) => bus.onChange(listener),
    };
  }
  const byAddress = isTcp(path) || path.startsWith('usbip:') || isUsb;
  return {
    isServer: byAddress && !isUsb,
    locate: () => Promise.resolve(path),
    // Devices and servers say themselves when they go.
    isStillAt: () => Promise.resolve(byAddress || pathExists(path)),
    relayPath,
    onChange: (listener) => {
      const stops = [bus.onChange(listener), ...(byAddress ? [] : [watchPath(path, listener)])];
      return () => stops.forEach((stop) => stop());
    },
  };
}

const missing = (path: string, location: string): DriverError =>
  new DriverError('port-missing', 'Nothing is plugged in at the place of this site.', {
    ...{ chip: 'untouched', context: { path, location } },
  });
