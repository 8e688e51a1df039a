import type { PortInfo } from '../core/host-api.ts';
import type { LinkSpec, UsbAdapter } from '../core/link.ts';

/** Where the port of a site is. `away`: its adapter is at another place. */
export type Found =
  { at: 'here'; path: string } | { at: 'away'; from: string; to: string; path: string } | { at: 'missing' };

type Bound = Pick<LinkSpec, 'adapter'> & { location: string };

/**
 * Finds a port by its place on the bus, whatever its name. Another adapter in that place is a replacement, unless the
 * site's own is elsewhere, or it is the own of another site (`others`): cables that were swapped are not followed.
 * Adapters that cannot be told apart are not guessed.
 */
export function findPort(
  { location, adapter }: Bound,
  ports: readonly PortInfo[],
  others: readonly UsbAdapter[] = [],
): Found {
  const there = ports.find((port) => port.location === location);
  const here: Found = there === undefined ? { at: 'missing' } : { at: 'here', path: there.path };
  if (adapter === undefined || (there !== undefined && isAdapter(there, adapter))) return here;
  const own = ports.filter(
    (port) => isAdapter(port, adapter) && interfaceOf(port.location) === interfaceOf(location),
  );
  const [seen] = own;
  if (own.length === 1 && seen !== undefined && seen.location !== null)
    return { at: 'away', from: location, to: seen.location, path: seen.path };
  const foreign = there !== undefined && others.some((other) => isAdapter(there, other));
  return foreign ? { at: 'missing' } : here;
}

function isAdapter(port: PortInfo, { vendorId, productId, serialNumber }: UsbAdapter): boolean {
  return port.serialNumber === serialNumber && port.vendorId === vendorId && port.productId === productId;
}

/** `1-2.3:1.0` -> `1.0`; systems that tell no interface have one port an adapter. */
const interfaceOf = (location: string | null): string => location?.split(':')[1] ?? '';
