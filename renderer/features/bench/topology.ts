import type { Bench } from '#client/views.ts';
import { kindOfAddress, KINDS, portName } from './ports.ts';

/** One place that something is plugged into, or that a site waits at. */
export interface Spot {
  path: string;
  name: string;
  kind: string;
  location: string | null;
  site: string | null;
  /** The site whose cable was moved to here. */
  movedFrom: string | null;
  /** `gone`: a site is bound here and nothing is plugged in. `far`: an address that no list of ports has. */
  state: 'here' | 'gone' | 'far';
}

/** What hangs at one hub, or in no place that the system tells. */
export interface Branch {
  title: string;
  spots: Spot[];
}

/** `1-2.3:1.0`: bus 1, hub at its port 2, port 3 of that hub, first interface (Linux kernel, usb/core/usb.c: names of devices). */
const PLACE = /^(\d+)-([\d.]+)(?::.*)?$/;

/** Every port by the hub that it hangs at, with the sites that wait for a cable. */
export function branchesOf({ ports, sites }: Bench): Branch[] {
  const listed = ports.map((port): Spot => {
    const { path, location, site } = port;
    const from = sites.find(({ moved }) => moved !== null && moved.to === location)?.id ?? null;
    return {
      ...{ path, name: portName(port), kind: KINDS[port.reach], location, site },
      ...{ movedFrom: from, state: 'here' },
    };
  });
  const others = sites
    .filter(({ id, port, virtual }) => port !== '' && !virtual && !ports.some(({ site }) => site === id))
    .map(({ id, port, location, programmer, online }): Spot => {
      const far = location === null && online;
      return {
        ...{ path: port, name: programmer, kind: kindOfAddress(port), location, site: id, movedFrom: null },
        state: far || /^(tcp|usbip):/.test(port) ? 'far' : 'gone',
      };
    });
  const branches = new Map<string, Spot[]>();
  for (const spot of [...listed, ...others].sort(byPlace)) {
    const title = branchOf(spot);
    branches.set(title, [...(branches.get(title) ?? []), spot]);
  }
  return [...branches].map(([title, spots]) => ({ title, spots }));
}

function branchOf({ location, state }: Spot): string {
  if (state === 'far') return 'Addresses';
  if (location === null) return 'Without a place on a bus';
  const [, bus, path] = PLACE.exec(location) ?? [];
  if (bus === undefined || path === undefined) return 'Places as the system tells them';
  const hub = path.split('.').slice(0, -1).join('.');
  return hub === '' ? `Bus ${bus}` : `Bus ${bus} · hub at ${bus}-${hub}`;
}

/** By bus and port path as numbers: port 10 stands after port 2. What has no place comes last. */
function byPlace(one: Spot, other: Spot): number {
  const rank = ({ state, location }: Spot) => (state === 'far' ? 2 : location === null ? 1 : 0);
  const text = ({ location, path }: Spot) => location ?? path;
  return rank(one) - rank(other) || text(one).localeCompare(text(other), 'en', { numeric: true });
}
