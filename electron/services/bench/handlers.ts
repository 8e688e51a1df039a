import { AppError } from '#contract/errors.ts';
import type { CallContext, HandlersOf, Request, Response } from '#contract/contract.ts';
import type { ControlSpec } from '#drivers/core/link.ts';
import type { DriverHost, PortInfo } from '#drivers/core/host-api.ts';
import { viewOf } from '#services/engine/failures.ts';
import { BENCH_SETTING, placeOf, type SiteConfig } from '#services/sites/site-config.ts';
import { siteNotReady } from '#services/sites/site-errors.ts';
import type { Site } from '#services/sites/site.ts';
import type { Sites } from '#services/sites/sites.ts';
import type { Store } from '#store/api.ts';
import { selfTest } from './self-test.ts';
import type { VirtualHands } from './virtual-hands.ts';

export interface BenchParts {
  store: Pick<Store, 'settings'>;
  sites: Sites;
  drivers: DriverHost;
  hands: VirtualHands | null;
  targets: readonly { id: string; title: string }[];
}

type BenchChannel =
  | 'bench.get'
  | 'bench.selfTest'
  | 'bench.attach'
  | 'bench.detach'
  | 'virtual.insert'
  | 'virtual.remove'
  | 'virtual.cable'
  | 'virtual.fault';
type BenchSite = Response<'bench.get'>['sites'][number];

const done = { done: true } as const;
const controlTitles: Readonly<Record<ControlSpec['kind'], string>> = {
  bench: 'Virtual bench',
  'modem-lines': 'Modem lines',
  relay: 'Relay board',
  operator: 'By hand',
};

/** Programmers and sites, and the hands of a virtual bench. */
export function createBenchHandlers(parts: BenchParts): HandlersOf<BenchChannel> {
  const { sites, drivers } = parts;
  return {
    'bench.get': () => overview(parts),
    async 'bench.selfTest'({ site }) {
      const tested = sites.get(site);
      return tested.exclusively(() => selfTest(tested, drivers));
    },
    'bench.attach': (request, context) => attach(parts, request, context),
    async 'bench.detach'({ site }, context) {
      const { config } = own(idle(sites.get(site)));
      await sites.rebind({ ...config, link: null, programmer: 'None' });
      await save(parts, context);
      return done;
    },
    'virtual.insert': ({ site }) => byHand(parts, (hands) => hands.insert(site)),
    'virtual.remove': ({ site }) => byHand(parts, (hands) => hands.remove(site)),
    'virtual.cable': ({ site, plugged }) => byHand(parts, (hands) => hands.cable(site, plugged)),
    'virtual.fault': ({ site, fault }) => byHand(parts, (hands) => hands.fault(site, fault)),
  };
}

/** A bench is changed or tested only where nothing is under way or unread. */
function idle(site: Site): Site {
  if (site.state === 'running' || site.state === 'unknown') throw siteNotReady(site.config.site, site.state);
  return site;
}

function own(site: Site): Site {
  if (!site.config.virtual) return site;
  throw new AppError({
    code: 'site-virtual',
    what: `Site ${site.config.site} belongs to the virtual bench.`,
    next: 'Choose a site of the real bench.',
  });
}

async function overview({ sites, drivers, targets }: BenchParts): Promise<Response<'bench.get'>> {
  const bound = new Map(sites.all().map(({ config }) => [config.link?.path, config.site]));
  // A driver that is just restarting knows no ports: the sites say so themselves.
  const ports = await drivers.listPorts().catch((): PortInfo[] => []);
  return {
    sites: sites.all().map(benchSite),
    ports: ports.map((port) => ({
      path: port.path,
      title: [port.manufacturer, port.serialNumber, port.location]
        .filter((text) => text !== null)
        .join(' · '),
      site: bound.get(port.path) ?? null,
    })),
    targets: targets.map(({ id, title }) => ({ id, title })),
  };
}

function benchSite(site: Site): BenchSite {
  const { config } = site;
  const { error } = site.view();
  return {
    ...{ id: config.site, row: config.row, column: config.column, programmer: config.programmer },
    ...{ target: config.target, port: config.link?.path ?? '', virtual: config.virtual },
    control: config.link === null ? '' : controlTitles[config.link.control.kind],
    online: site.online,
    error,
  };
}

/** The socket as it is, or a new one at the place its label names: row by letter, column by number. */
function configFor(sites: Sites, id: string): SiteConfig {
  if (sites.has(id)) return own(idle(sites.get(id))).config;
  return { site: id, ...placeOf(id), link: null, target: '', programmer: 'None', virtual: false };
}

async function attach(
  parts: BenchParts,
  { site, path, target, control }: Request<'bench.attach'>,
  context: CallContext,
): Promise<BenchSite> {
  const config = configFor(parts.sites, site);
  const known = parts.targets.some((one) => one.id === target);
  if (!known)
    throw new AppError({
      code: 'target-unknown',
      what: `There is no driver for ${target}.`,
      next: 'Choose one of the list.',
    });
  const ports = await parts.drivers.listPorts();
  // A part may have come in and started meanwhile.
  configFor(parts.sites, site);
  const port = ports.find((one) => one.path === path);
  const link = { path, control: withoutUndefined(control) };
  const programmer = port?.manufacturer ?? 'Serial port';
  const bound = await parts.sites.rebind({ ...config, link, target, programmer });
  await save(parts, context);
  return benchSite(bound);
}

/** The contract's optional field may be present and undefined; plain data between processes may not. */
function withoutUndefined(
  control: Request<'bench.attach'>['control'],
): NonNullable<SiteConfig['link']>['control'] {
  if (control.kind === 'operator') return control;
  const { contact, ...rest } = control;
  return contact === undefined ? rest : { ...rest, contact };
}

/** Real sites only: those of a virtual bench live as long as it does. */
async function save({ store, sites }: BenchParts, context: CallContext): Promise<void> {
  const real = sites
    .all()
    .map((site) => site.config)
    .filter((config) => !config.virtual);
  await store.settings.set(BENCH_SETTING, JSON.stringify(real), context.session?.person.id ?? 'station');
}

async function byHand(
  { hands }: BenchParts,
  act: (hands: VirtualHands) => Promise<void>,
): Promise<{ done: true }> {
  if (hands === null) {
    throw new AppError({
      code: 'not-virtual',
      what: 'This station has no virtual bench.',
      next: 'Use your hands: put the part in or take it out at the fixture.',
    });
  }
  try {
    await act(hands);
  } catch (error) {
    const view = viewOf(error, null);
    throw error instanceof AppError || view.code === 'internal' ? error : new AppError(view, error);
  }
  return done;
}
