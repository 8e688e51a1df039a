import type { Response } from '#contract/contract.ts';
import type { PortInfo } from '#drivers/core/host-api.ts';
import type { ControlSpec } from '#drivers/core/link.ts';
import type { SiteConfig } from '#services/sites/site-config.ts';
import type { Site } from '#services/sites/site.ts';
import type { Sites } from '#services/sites/sites.ts';

export type BenchSite = Response<'bench.get'>['sites'][number];
type Port = Response<'bench.get'>['ports'][number];
/** `partIsPort`: as the sites know it (sites/site.ts). */
export type TargetTitle = {
  id: string;
  title: string;
  family: string;
  reach?: 'usb' | 'tool';
  partIsPort?: true;
};

const USB = 'usb:';

const CONTROL_TITLES: Readonly<Record<ControlSpec['kind'], string>> = {
  bench: 'Virtual bench',
  'modem-lines': 'Modem lines',
  relay: 'Relay board',
  operator: 'By hand',
};
const titleOfControl = (control: ControlSpec): string =>
  control.kind === 'relay' && control.board === 'gpio' ? 'GPIO board' : CONTROL_TITLES[control.kind];

/** Place on the bus that a link is bound to; null for ports that have none. */
export function locationOf(link: SiteConfig['link']): string | null {
  if (link === null) return null;
  return link.location ?? (link.path.startsWith(USB) ? link.path.slice(USB.length) : null);
}

export function benchSite(site: Site): BenchSite {
  const { config, around } = site;
  const { error, port } = site.view();
  const moved = around.moved === null ? null : { from: around.moved.from, to: around.moved.to };
  return {
    ...{ id: config.site, row: config.row, column: config.column, programmer: config.programmer },
    ...{ target: config.target, port, virtual: config.virtual },
    ...{ location: locationOf(config.link), moved, lab: around.lab },
    control: config.link === null ? '' : titleOfControl(config.link.control),
    online: site.online,
    error,
  };
}

/** A port is a site's by its place on the bus; by its name only where it has no place. */
export function holds({ link }: SiteConfig, port: Pick<PortInfo, 'path' | 'location'>): boolean {
  if (link === null) return false;
  return isAt(link, port) || (link.control.kind === 'relay' && isAt(link.control, port));
}

const isAt = (bound: { path: string; location?: string }, port: Pick<PortInfo, 'path' | 'location'>) =>
  bound.location === undefined ? bound.path === port.path : bound.location === port.location;

export function portViews(ports: readonly PortInfo[], sites: Sites): Port[] {
  return ports.map((port) => ({
    ...{ path: port.path, reach: port.reach, location: port.location },
    title: titleOf(port),
    site: sites.all().find(({ config }) => holds(config, port))?.config.site ?? null,
  }));
}

const titleOf = ({ manufacturer, serialNumber, location }: PortInfo): string =>
  [manufacturer, serialNumber, location].filter((text) => text !== null).join(' · ');

export const targetViews = (targets: readonly TargetTitle[]): Response<'bench.get'>['targets'] =>
  targets.map(({ id, title, family, reach }) => ({ id, title, family, reach: reach ?? 'bytes' }));
