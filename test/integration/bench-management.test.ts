import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BenchProcess } from '#compose/bench-process.ts';
import type { SelfTestView } from '#contract/bench.ts';
import type { Request } from '#contract/contract.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import { createDriverHost } from '#drivers/host/client.ts';
import { spawnForked } from '#drivers/host/fork.ts';
import { simulateRelays } from '#drivers/transports/control/relay-simulator.test-support.ts';
import { openPtyPair } from '#drivers/transports/pty-pair.test-support.ts';
import { sysfsTree, type SysfsTree } from '#drivers/transports/sysfs-tree.test-support.ts';
import { BENCH_SETTING, parseBench } from '#services/sites/site-config.ts';
import { openHands, openTestStation, startBench, type OpenStation, type TestHands } from './harness.ts';

const SERIAL = 'A50285BI';
let dataDir: string;
let bench: BenchProcess;
let hands: TestHands;
let tree: SysfsTree;
let drivers: DriverHost;
let open: OpenStation;

/** A station whose machine has the adapters of a test: its one site has parts of the virtual bench behind it. */
async function start(): Promise<void> {
  process.env['ROOTLINE_TEST_TREE'] = `${tree.roots.sys}:${tree.roots.dev}`;
  drivers = createDriverHost(() => spawnForked(fileURLToPath(new URL('driver-on-tree.ts', import.meta.url))));
  open = await openTestStation({
    ...{ dataDir, bench: [], sites: [], hands: null },
    wrap: (deps) => ({ ...deps, drivers }),
  });
}
async function stop(): Promise<void> {
  await open.close();
  await drivers.close();
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rootline-bench-'));
  bench = await startBench(1);
  hands = await openHands(bench.sites);
  tree = sysfsTree();
  await start();
});
afterEach(async () => {
  delete process.env['ROOTLINE_TEST_TREE'];
  await stop();
  await hands.close();
  await bench.stop();
  tree.remove();
  await rm(dataDir, { recursive: true });
});

const plug = (name: string, at: string, serial = SERIAL) =>
  tree.plug(name, { at, serial }, bench.sites[0]!.link);
const engineer: OpenStation['call'] = (channel, request) => open.callAs('engineer')(channel, request);
const byHand = { kind: 'operator' } as const;
const attach = (path: string, more: Partial<Request<'bench.attach'>> = {}) =>
  engineer('bench.attach', { ...{ site: 'A1', path, target: 'ra8m1', control: byHand }, ...more });
const stored = async () => parseBench(await open.store.settings.get(BENCH_SETTING));
const code = (value: string) => ({ view: { code: value } });

describe('a site and its cable', () => {
  it('is bound to the place on the bus, told of in words when the cable moves, and follows when an engineer says so', async () => {
    const path = plug('ttyUSB0', '1-2.3');
    expect(await attach(path)).toMatchObject({
      online: true,
      location: '1-2.3:1.0',
      moved: null,
      port: path,
    });
    expect(await stored()).toMatchObject([
      { link: { location: '1-2.3:1.0', adapter: { vendorId: '0403', serialNumber: SERIAL } } },
    ]);
    const { ports } = await engineer('bench.get', {});
    expect(ports.find((port) => port.path === path)).toMatchObject({ site: 'A1', reach: 'bytes' });
    await expect(engineer('bench.follow', { site: 'A1' })).rejects.toMatchObject(code('not-moved'));

    tree.unplug('ttyUSB0');
    await open.until('A1', 'offline');
    const moved = plug('ttyUSB0', '1-4');
    const { error } = await open.untilSite('A1', (view) => view.error?.code === 'cable-moved');
    expect(error?.what).toContain('1-2.3:1.0');
    expect(error?.what).toContain('1-4:1.0');
    const { sites } = await engineer('bench.get', {});
    expect(sites).toMatchObject([{ online: false, moved: { from: '1-2.3:1.0', to: '1-4:1.0' } }]);

    const followed = await engineer('bench.follow', { site: 'A1' });
    expect(followed).toMatchObject({
      online: true,
      location: '1-4:1.0',
      moved: null,
      port: moved,
      error: null,
    });
    expect(await stored()).toMatchObject([{ link: { location: '1-4:1.0' } }]);
  });

  it('is not there at the start of the station, and comes by itself under another name', async () => {
    await attach(plug('ttyUSB0', '1-2.3'));
    await stop();
    tree.unplug('ttyUSB0');
    await start();
    expect(await open.until('A1', 'offline')).toMatchObject({ error: { code: 'port-missing' } });
    const path = plug('ttyUSB5', '1-2.3');
    expect(await open.until('A1', 'ready')).toMatchObject({ port: path, error: null });
  });

  it('tells screens that the list of ports is old', async () => {
    const changed = Promise.withResolvers<unknown>();
    open.station.events.subscribe((topic, payload) => {
      if (topic === 'bench.changed') changed.resolve(payload);
    });
    const path = plug('ttyUSB0', '1-2.3');
    expect(await changed.promise).toMatchObject({ change: expect.any(Number) as number });
    expect((await engineer('bench.get', {})).ports.map((port) => port.path)).toContain(path);
  });
});

describe('binding a port', () => {
  it('refuses what cannot be: a port twice, lines that a port does not have, a target of another reach', async () => {
    const path = plug('ttyUSB0', '1-2.3');
    await attach(path);
    const lines = { kind: 'modem-lines', reset: 'dtr', mode: 'rts' } as const;
    const relay = { kind: 'relay', path, reset: 1, mode: 2 } as const;
    await expect(attach(path, { site: 'A2' })).rejects.toMatchObject(code('port-taken'));
    await expect(attach('tcp://localhost:1', { control: lines })).rejects.toMatchObject(
      code('control-unfit'),
    );
    await expect(attach(path, { control: { ...lines, mode: 'dtr' } })).rejects.toMatchObject(
      code('control-unfit'),
    );
    await expect(attach(path, { control: relay })).rejects.toMatchObject(code('control-unfit'));
    await expect(attach('usb:1-4')).rejects.toMatchObject(code('port-unfit'));
    expect(await stored()).toHaveLength(1);
  });

  it('takes a relay board by its own place, and the self-test shows the part that it brought into its boot ROM', async () => {
    const cable = await openPtyPair();
    const socket = hands.control('A1');
    const relays = await simulateRelays(cable.b, async (channel, closed) => {
      if (channel === 2) await socket.setMode(closed ? 'boot' : 'run');
      else if (!closed) await socket.reset();
    });
    await hands.insert('A1');
    const board = tree.plug('ttyUSB1', { at: '1-5', vendorId: '1a86', productId: '7523' }, cable.a);
    const control = { kind: 'relay', path: board, reset: 1, mode: 2 } as const;
    expect(await attach(plug('ttyUSB0', '1-2.3'), { control })).toMatchObject({
      online: true,
      control: 'Relay board',
    });
    expect(await stored()).toMatchObject([{ link: { control: { location: '1-5:1.0' } } }]);
    const { ok, steps } = await engineer('bench.selfTest', { site: 'A1' });
    expect(ok).toBe(true);
    expect(steps.map(({ state }) => state)).toEqual(['ok', 'ok', 'skipped', 'ok']);
    expect(steps[3]?.detail).toContain(await hands.uid('A1'));
    await engineer('bench.detach', { site: 'A1' });
    await relays.stop();
    await cable.pull();
  });

  it('tells each step of a self-test as it is done, and ends one that waits for hands when a person stops it', async () => {
    await attach(plug('ttyUSB0', '1-2.3'));
    const told: number[] = [];
    open.station.events.subscribe((topic, payload) => {
      if (topic === 'test.changed') told.push((payload as SelfTestView).steps.length);
    });
    const test = engineer('bench.selfTest', { site: 'A1' });
    await open.untilSite('A1', ({ prompt }) => prompt !== null);
    expect(told).toEqual([0, 3]);
    await engineer('bench.stopTest', { site: 'A1' });
    const { ok, steps } = await test;
    expect(ok).toBe(false);
    expect(steps.map(({ state }) => state)).toEqual(['ok', 'ok', 'skipped', 'stopped']);
    expect(told).toEqual([0, 3, 4]);
    // The site is as it was before, and takes the next one.
    expect(await open.untilSite('A1', ({ prompt }) => prompt === null)).toMatchObject({ state: 'ready' });
    expect((await engineer('bench.stopTest', { site: 'A1' })).done).toBe(true);
    const again = engineer('bench.selfTest', { site: 'A1' });
    await open.untilSite('A1', ({ prompt }) => prompt !== null);
    await engineer('bench.stopTest', { site: 'A1' });
    expect((await again).steps.at(-1)).toMatchObject({ title: 'Identify', state: 'stopped' });
  });

  it('reaches an address that was typed, and says so where nothing listens', async () => {
    const attached = await attach('tcp://127.0.0.1:1', { target: 'stm32f4-swd' });
    expect(attached).toMatchObject({ online: false, programmer: 'Network', error: { code: 'port-missing' } });
    const { ok, steps } = await engineer('bench.selfTest', { site: 'A1' });
    expect(ok).toBe(false);
    expect(steps[0]).toMatchObject({ title: 'Open port', state: 'failed' });
  });
});

describe('the layout of a fixture', () => {
  const place = (site: string, row: number, column: number) => ({ site, row, column });
  const set = (rows: number, columns: number, ...places: ReturnType<typeof place>[]) =>
    engineer('bench.setLayout', { rows, columns, places });

  it('is drawn, kept, and read again; a free site that is left out is gone', async () => {
    await attach(plug('ttyUSB0', '1-2.3'));
    await set(2, 3, place('A1', 1, 2), place('B7', 0, 0), place('C1', 0, 1));
    expect(await open.untilSite('A1', ({ row }) => row === 1)).toMatchObject({ column: 2, state: 'ready' });
    await stop();
    await start();
    const { layout } = await engineer('bench.get', {});
    expect(layout).toMatchObject({ rows: 2, columns: 3 });
    expect(layout.places).toEqual([place('A1', 1, 2), place('B7', 0, 0), place('C1', 0, 1)]);
    expect((await set(4, 4, place('A1', 3, 3))).places).toEqual([place('A1', 3, 3)]);
  });

  it('refuses to drop a bound site, and places that cannot be', async () => {
    await attach(plug('ttyUSB0', '1-2.3'));
    const refused = (layout: Promise<unknown>) =>
      expect(layout).rejects.toMatchObject(code('layout-refused'));
    await refused(set(2, 2, place('B1', 0, 0)));
    await refused(set(2, 2, place('A1', 0, 0), place('B1', 0, 0)));
    await refused(set(2, 2, place('A1', 2, 0)));
    await refused(set(2, 2, place('A1', 0, 0), place('A1', 0, 1)));
  });
});
