import { afterEach, beforeEach, expect, it } from 'vitest';
import { startVirtualBench } from '../bench/virtual-bench.ts';
import type { HostEvent } from '../core/host-api.ts';
import type { LinkSpec } from '../core/link.ts';
import { PortBus } from '../transports/port-bus.ts';
import { sysfsTree, type SysfsTree } from '../transports/sysfs-tree.test-support.ts';
import { Host } from './host.ts';
import type { HostReply, HostRequest } from './messages.ts';

type Body = HostRequest extends infer R ? (R extends HostRequest ? Omit<R, 'id'> : never) : never;

const PLACE = '1-2.3:1.0';
const OWN = { vendorId: '0403', productId: '6001', serialNumber: 'A50285BI' };

let bench: Awaited<ReturnType<typeof startVirtualBench>>;
let tree: SysfsTree;
let bus: PortBus;
let events: HostEvent[];
let ask: (body: Body) => Promise<HostReply>;

beforeEach(async () => {
  bench = await startVirtualBench({ target: 'ra8m1', sites: 2, speed: 'max' });
  tree = sysfsTree();
  bus = new PortBus(tree.roots);
  events = [];
  ask = hostOn(bus);
});
afterEach(async () => {
  for (const { id } of bench.sites) await ask({ type: 'close-site', site: id });
  bus.close();
  tree.remove();
  await bench.stop();
});

/** The driver process' inside on another machine's ports. */
function hostOn(ports: PortBus): typeof ask {
  const waiting = new Map<number, (reply: HostReply) => void>();
  let tell: (message: unknown) => void = () => undefined;
  let next = 1;
  new Host(
    {
      send: (message) => {
        const reply = message as HostReply;
        if (reply.type === 'event') events.push(reply.event);
        else if ('id' in reply) waiting.get(reply.id)?.(reply);
      },
      onMessage: (listener) => {
        tell = listener;
      },
      onClosed: () => undefined,
    },
    ports,
  );
  return (body) => {
    const id = next++;
    const { promise, resolve } = Promise.withResolvers<HostReply>();
    waiting.set(id, resolve);
    tell({ ...body, id });
    return promise;
  };
}

const terminal = (index: 0 | 1 = 0): string => bench.sites[index]!.link;
const plugOwn = (name: string, at: string, index: 0 | 1 = 0) =>
  tree.plug(name, { at, serial: OWN.serialNumber }, terminal(index));
function openA1(more: Partial<LinkSpec> = {}): Promise<HostReply> {
  const { id, control } = bench.sites[0]!;
  const link = {
    path: '/dev/ttyUSB0',
    location: PLACE,
    adapter: OWN,
    control: { kind: 'bench', socket: control },
  } as const;
  return ask({ type: 'open-site', site: id, link: { ...link, ...more }, target: 'ra8m1' });
}
const identify = () =>
  ask({ type: 'run', site: bench.sites[0]!.id, operation: 'identify', input: { target: 'ra8m1' } });
const seen = (type: HostEvent['type']) => events.filter((event) => event.type === type);

it('a port is opened by its place, whatever it is called, and comes back there under any name', async () => {
  const path = plugOwn('ttyUSB7', '1-2.3');
  expect(await openA1()).toMatchObject({ type: 'result', value: { part: true, path } });
  expect(await identify()).toMatchObject({ type: 'result' });
  tree.unplug('ttyUSB7');
  await expect.poll(() => seen('port-gone')).toHaveLength(1);
  expect(await identify()).toMatchObject({ type: 'error', error: { code: 'port-gone' } });
  const again = plugOwn('ttyUSB2', '1-2.3');
  await expect.poll(() => seen('port-back')).toEqual([{ type: 'port-back', site: 'A1', path: again }]);
  expect(await identify()).toMatchObject({ type: 'result' });
  expect(seen('ports-changed').length).toBeGreaterThan(1);
});

it('the name it had last is never opened at another place', async () => {
  tree.plug('ttyUSB0', { at: '1-1', serial: 'B0000001' }, terminal(1));
  expect(await openA1({ path: `${tree.roots.dev}/ttyUSB0` })).toMatchObject({
    type: 'error',
    error: { code: 'port-missing', context: { location: PLACE } },
  });
  expect(seen('cable-moved')).toEqual([]);
});

it('a port that is missing at the start is waited for', async () => {
  expect(await openA1()).toMatchObject({ type: 'error', error: { code: 'port-missing' } });
  const path = plugOwn('ttyUSB0', '1-2.3');
  await expect.poll(() => seen('port-back')).toEqual([{ type: 'port-back', site: 'A1', path }]);
  await expect.poll(() => seen('presence')).toHaveLength(1);
  expect(await identify()).toMatchObject({ type: 'result' });
});

it('a cable at another place is named, not followed; back in its place the site goes on', async () => {
  plugOwn('ttyUSB0', '1-2.3');
  await openA1();
  tree.unplug('ttyUSB0');
  await expect.poll(() => seen('port-gone')).toHaveLength(1);
  const path = plugOwn('ttyUSB0', '1-4');
  await expect
    .poll(() => seen('cable-moved')[0])
    .toEqual({
      ...{ type: 'cable-moved', site: 'A1', from: PLACE, to: '1-4:1.0', path },
    });
  expect(await identify()).toMatchObject({ type: 'error', error: { code: 'port-gone' } });
  tree.unplug('ttyUSB0');
  plugOwn('ttyUSB1', '1-2.3');
  await expect.poll(() => seen('port-back')).toHaveLength(1);
});

it('cables that were swapped are both named, and neither part is reached through the other’s socket', async () => {
  const other = { ...OWN, serialNumber: 'B0000001' };
  const [, second] = bench.sites;
  plugOwn('ttyUSB0', '1-2.4', 0);
  tree.plug('ttyUSB1', { at: '1-2.3', serial: other.serialNumber }, terminal(1));
  expect(await openA1()).toMatchObject({ type: 'error', error: { code: 'port-missing' } });
  const link = {
    path: '/dev/ttyUSB1',
    location: '1-2.4:1.0',
    adapter: other,
    control: { kind: 'bench', socket: second!.control },
  } as const;
  const opened = await ask({ type: 'open-site', site: second!.id, link, target: 'ra8m1' });
  expect(opened).toMatchObject({ type: 'error', error: { code: 'port-missing' } });
  expect(seen('cable-moved')).toMatchObject([
    { site: 'A1', to: '1-2.4:1.0' },
    { site: second!.id, to: '1-2.3:1.0' },
  ]);
});

it('two adapters without serial numbers are told apart by their place alone', async () => {
  tree.plug('ttyUSB0', { at: '1-4' }, terminal(1));
  const { control } = bench.sites[0]!;
  const link = {
    path: '/dev/ttyUSB0',
    location: PLACE,
    control: { kind: 'bench', socket: control },
  } as const;
  const reply = await ask({ type: 'open-site', site: 'A1', link, target: 'ra8m1' });
  expect(reply).toMatchObject({ type: 'error', error: { code: 'port-missing' } });
  expect(seen('cable-moved')).toEqual([]);
  const path = tree.plug('ttyUSB1', { at: '1-2.3' }, terminal());
  await expect.poll(() => seen('port-back')).toEqual([{ type: 'port-back', site: 'A1', path }]);
});
