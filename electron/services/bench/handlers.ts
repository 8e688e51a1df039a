import type { FixtureLayout } from '#contract/bench.ts';
import type { CallContext, HandlersOf, Response } from '#contract/contract.ts';
import type { PortInfo } from '#drivers/core/host-api.ts';
import { told } from '#services/engine/failures.ts';
import { attach, follow, idle, own, save } from './attach.ts';
import { noVirtualBench } from './bench-errors.ts';
import type { BenchParts } from './bench-parts.ts';
import { benchSite, portViews, targetViews } from './bench-view.ts';
import { checkLayout, currentLayout, LAYOUT_SETTING } from './layout.ts';
import { SelfTests } from './self-test.ts';
import type { VirtualHands } from './virtual-hands.ts';

type BenchChannel =
  | 'bench.get'
  | 'bench.selfTest'
  | 'bench.stopTest'
  | 'bench.attach'
  | 'bench.follow'
  | 'bench.setLayout'
  | 'bench.detach'
  | 'virtual.insert'
  | 'virtual.remove'
  | 'virtual.cable'
  | 'virtual.fault';

const done = { done: true } as const;

/** Programmers and sites, and the hands of a virtual bench. */
export function createBenchHandlers(parts: BenchParts): HandlersOf<BenchChannel> {
  const { sites } = parts;
  const tests = new SelfTests(parts);
  return {
    'bench.get': () => overview(parts),
    'bench.selfTest': ({ site }) => tests.run(sites.get(site)),
    'bench.stopTest': ({ site }) => {
      tests.stop(site);
      return Promise.resolve(done);
    },
    'bench.attach': (request, context) => told(attach(parts, request, context)),
    'bench.follow': ({ site }, context) => follow(parts, site, context),
    'bench.setLayout': (layout, context) => setLayout(parts, layout, context),
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

async function overview({ store, sites, drivers, targets }: BenchParts): Promise<Response<'bench.get'>> {
  // A driver that is just restarting knows no ports: the sites say so themselves.
  const ports = await drivers.listPorts().catch((): PortInfo[] => []);
  return {
    sites: sites.all().map(benchSite),
    layout: await currentLayout(store, sites),
    ports: portViews(ports, sites),
    targets: targetViews(targets),
  };
}

/** Places sites; one that is named for the first time is a free socket, a free one that is left out is gone. */
async function setLayout(
  parts: BenchParts,
  layout: FixtureLayout,
  context: CallContext,
): Promise<FixtureLayout> {
  const { store, sites } = parts;
  checkLayout(layout, sites);
  const { rows, columns, places } = layout;
  const actor = context.session?.person.id ?? 'station';
  await store.settings.set(LAYOUT_SETTING, JSON.stringify({ rows, columns }), actor);
  const named = new Set(places.map(({ site }) => site));
  for (const { config } of sites.all()) if (!named.has(config.site)) await sites.remove(config.site);
  for (const place of places) sites.stand(place);
  await save(parts, context);
  return currentLayout(store, sites);
}

async function byHand(
  { hands }: BenchParts,
  act: (hands: VirtualHands) => Promise<void>,
): Promise<{ done: true }> {
  if (hands === null) throw noVirtualBench();
  await told(act(hands));
  return done;
}
