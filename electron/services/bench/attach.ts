import type { CallContext, Request } from '#contract/contract.ts';
import type { PortInfo } from '#drivers/core/host-api.ts';
import { siteInLab, siteNotReady } from '#services/sites/site-errors.ts';
import { BENCH_SETTING, type SiteConfig } from '#services/sites/site-config.ts';
import type { Site } from '#services/sites/site.ts';
import type { Sites } from '#services/sites/sites.ts';
import {
  noLines,
  notMoved,
  ownRelay,
  portTaken,
  portUnfit,
  noChannel,
  sameChannel,
  siteVirtual,
  targetUnknown,
} from './bench-errors.ts';
import type { BenchParts } from './bench-parts.ts';
import { benchSite, holds, type BenchSite, type TargetTitle } from './bench-view.ts';
import { freePlace } from './layout.ts';

type Link = NonNullable<SiteConfig['link']>;
type Wanted = Request<'bench.attach'>;

/** A bench is changed or tested only where nothing is under way or unread. */
export function idle(site: Site): Site {
  if (site.around.lab) throw siteInLab(site.config.site);
  if (site.state === 'running' || site.state === 'unknown') throw siteNotReady(site.config.site, site.state);
  return site;
}

export function own(site: Site): Site {
  if (site.config.virtual) throw siteVirtual(site.config.site);
  return site;
}

/** The socket as it is, or a new one at the place its label names: row by letter, column by number. */
function configFor(sites: Sites, id: string): SiteConfig {
  if (sites.has(id)) return own(idle(sites.get(id))).config;
  return { site: id, ...freePlace(id, sites), link: null, target: '', programmer: 'None', virtual: false };
}

/** Binds a port to a site: by its place on the bus where it has one. */
export async function attach(parts: BenchParts, wanted: Wanted, context: CallContext): Promise<BenchSite> {
  const { site, path, target } = wanted;
  configFor(parts.sites, site);
  const entry = parts.targets.find((one) => one.id === target);
  if (entry === undefined) throw targetUnknown(target);
  checkReach(wanted, entry);
  const ports = await parts.drivers.listPorts();
  // A part may have come in and started meanwhile.
  const config = configFor(parts.sites, site);
  const port = ports.find((one) => one.path === path);
  const link = linkOf(wanted, entry, ports);
  checkTaken(parts.sites, site, link);
  const programmer = port?.manufacturer ?? programmerOf(path, entry);
  const bound = await parts.sites.rebind({ ...config, link, target, programmer });
  await save(parts, context);
  return benchSite(bound);
}

/** Binds a site whose cable was moved to where the cable is now. Throws AppError `not-moved`. */
export async function follow(parts: BenchParts, id: string, context: CallContext): Promise<BenchSite> {
  const site = own(idle(parts.sites.get(id)));
  const { moved } = site.around;
  const { link } = site.config;
  if (moved === null || link === null) throw notMoved(id);
  const next = { ...link, path: moved.path, location: moved.to };
  checkTaken(parts.sites, id, next);
  const bound = await parts.sites.rebind({ ...site.config, link: next });
  await save(parts, context);
  return benchSite(bound);
}

const isUsb = (path: string): boolean => /^usb(ip)?:/.test(path);
const isTcp = (path: string): boolean => path.startsWith('tcp:');

function checkReach({ path, control }: Wanted, { reach, title }: TargetTitle): void {
  if (reach !== 'tool' && isUsb(path) !== (reach === 'usb')) throw portUnfit(path, title);
  if (control.kind === 'operator') return;
  if (control.reset === control.mode) throw sameChannel();
  if (control.kind === 'relay') checkBoard(control, path);
  const lineless = reach !== undefined || isTcp(path);
  if (control.kind === 'modem-lines' && lineless) throw noLines(path);
}

function checkBoard(control: Extract<Wanted['control'], { kind: 'relay' }>, path: string): void {
  if (control.path === path) throw ownRelay(path);
  const [first, last] = control.board === 'gpio' ? [0, 31] : [1, 64];
  for (const channel of [control.reset, control.mode])
    if (channel < first || channel > last) throw noChannel(channel, first, last);
}

function programmerOf(path: string, { reach }: TargetTitle): string {
  if (reach === 'tool') return 'Maker’s tool';
  if (isUsb(path)) return 'USB device';
  return isTcp(path) ? 'Network' : 'Serial port';
}

function checkTaken(sites: Sites, id: string, link: Link): void {
  const port = { path: link.path, location: link.location ?? null };
  const other = sites.all().find(({ config }) => config.site !== id && holds(config, port));
  if (other !== undefined) throw portTaken(link.path, other.config.site);
}

function linkOf({ path, control }: Wanted, { partIsPort }: TargetTitle, ports: readonly PortInfo[]): Link {
  const port = ports.find((one) => one.path === path);
  // A part that is the device itself comes and goes with its serial number: its path alone says where.
  const binding = partIsPort === true ? {} : bindingOf(port, ports);
  return { path, ...binding, control: controlOf(control, ports) };
}

function bindingOf(
  port: PortInfo | undefined,
  ports: readonly PortInfo[],
): Pick<Link, 'location' | 'adapter'> {
  if (port?.location === undefined || port.location === null) return {};
  const { location, vendorId, productId, serialNumber } = port;
  if (vendorId === null || productId === null || serialNumber === null) return { location };
  const twin = ports.some(
    (one) => one.location !== location && one.serialNumber === serialNumber && !sameAdapter(one, port),
  );
  return twin ? { location } : { location, adapter: { vendorId, productId, serialNumber } };
}

/** Interfaces of one device: they share its port path. */
const sameAdapter = (a: PortInfo, b: PortInfo): boolean =>
  a.location?.split(':')[0] === b.location?.split(':')[0];

/** The contract's optional fields may be present and undefined; plain data between processes may not. */
function controlOf(control: Wanted['control'], ports: readonly PortInfo[]): Link['control'] {
  switch (control.kind) {
    case 'operator':
      return control;
    case 'relay': {
      const location = ports.find((one) => one.path === control.path)?.location ?? null;
      const { board, ...rest } = control;
      const kind = board === undefined ? {} : { board };
      return { ...rest, ...kind, ...(location === null ? {} : { location }) };
    }
    case 'modem-lines': {
      const { contact, crossCoupled, ...rest } = control;
      return {
        ...rest,
        ...(contact === undefined ? {} : { contact }),
        ...(crossCoupled === undefined ? {} : { crossCoupled }),
      };
    }
  }
}

/** Real sites only: those of a virtual bench live as long as it does. */
export async function save(parts: BenchParts, context: CallContext): Promise<void> {
  const real = parts.sites
    .all()
    .map((site) => site.config)
    .filter((config) => !config.virtual);
  const actor = context.session?.person.id ?? 'station';
  await parts.store.settings.set(BENCH_SETTING, JSON.stringify(real), actor);
  parts.changed();
}
