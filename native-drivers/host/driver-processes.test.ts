import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startVirtualBench, type BenchSite } from '#drivers/bench/virtual-bench.ts';
import type { DriverHost, HostEvent } from '#drivers/core/host-api.ts';
import type { Image } from '#drivers/core/image.ts';
import type { Progress } from '#drivers/core/operations.ts';
import { createDriverHost } from './client.ts';
import { spawnForked } from './fork.ts';
import { LIMITS, type Limits } from './heartbeat.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const silent = { signal: new AbortController().signal, onProgress: (): void => undefined };

function openHost(limits: Partial<Limits> = {}): { host: DriverHost; pids: number[]; died: Died[] } {
  const pids: number[] = [];
  const died: Died[] = [];
  const spawn = (): ReturnType<typeof spawnForked> => {
    const port = spawnForked(MAIN);
    pids.push(port.pid ?? 0);
    return port;
  };
  const host = createDriverHost(spawn, { ...LIMITS, ...limits });
  host.onEvent((event) => {
    if (event.type === 'host-died') died.push(event);
  });
  onTestFinished(() => host.close());
  return { host, pids, died };
}
type Died = Extract<HostEvent, { type: 'host-died' }>;

async function benchOf(target: string): Promise<BenchSite> {
  const bench = await startVirtualBench({ target, sites: 1, speed: 'wire' });
  onTestFinished(() => bench.stop());
  const [site] = bench.sites;
  if (site === undefined) throw new Error('The bench has no site.');
  return site;
}

const open = (host: DriverHost, site: string, { link, control }: BenchSite, target: string) =>
  host.openSite(site, { path: link, control: { kind: 'bench', socket: control } }, target);

function imageAt(address: number): Image {
  const segments = [{ address, bytes: Uint8Array.from(randomBytes(12_000)) }];
  return { sha256: 'd'.repeat(64), format: 'binary', segments, entryPoint: null };
}

/** Resolves once bytes are being written. */
const writing = (progress: Progress[]) =>
  vi.waitFor(() => expect(progress.some(({ unit, done }) => unit === 'B' && done > 0)).toBe(true), {
    interval: 5,
    timeout: 10_000,
  });

it('a driver that crashes takes along the sites of its family, and no others', async () => {
  const { host, pids, died } = openHost();
  await open(host, 'A1', await benchOf('ra6m4'), 'ra6m4');
  await open(host, 'B1', await benchOf('stm32f4'), 'stm32f4');
  expect(pids).toHaveLength(2);
  await host.run('A1', 'identify', { target: 'ra6m4' }, silent);
  await host.run('B1', 'identify', { target: 'stm32f4' }, silent);
  const image = imageAt(0x0800_0000);
  await host.putImage(image);
  const progress: Progress[] = [];
  const onProgress = (one: Progress): void => void progress.push(one);
  const written = host.run('B1', 'program', { image: image.sha256 }, { ...silent, onProgress });
  await writing(progress);
  process.kill(pids[0] ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(died).toMatchObject([{ sites: ['A1'], why: 'ended' }]));
  expect((await written).output.bytes).toBe(12_000);
  expect(died).toHaveLength(1);
});

it('a driver that hangs is ended and started again; its run is unknown, its site works on', async () => {
  const { host, pids, died } = openHost({ intervalMs: 400 });
  const bench = await benchOf('ra6m4');
  await open(host, 'A1', bench, 'ra6m4');
  const image = imageAt(0);
  await host.putImage(image);
  await host.run('A1', 'identify', { target: 'ra6m4' }, silent);
  const ready = new Promise<void>((resolve) => {
    host.onEvent(({ type }) => {
      if (type === 'host-ready') resolve();
    });
  });
  const lost = expect(host.run('A1', 'program', { image: image.sha256 }, silent)).rejects.toMatchObject({
    code: 'host-died',
    chip: 'unknown',
  });
  process.kill(pids[0] ?? 0, 'SIGSTOP');
  await lost;
  expect(died).toMatchObject([{ sites: ['A1'], why: 'hung' }]);
  await ready;
  await open(host, 'A1', bench, 'ra6m4');
  await host.run('A1', 'identify', { target: 'ra6m4' }, silent);
  await host.run('A1', 'program', { image: image.sha256 }, silent);
});

it('a driver that is busy for longer than a beat is not taken for one that hangs', async () => {
  const { host, died } = openHost({ intervalMs: 300 });
  await open(host, 'A1', await benchOf('stm32f4'), 'stm32f4');
  const image = imageAt(0x0800_0000);
  await host.putImage(image);
  await host.run('A1', 'identify', { target: 'stm32f4' }, silent);
  await host.run('A1', 'program', { image: image.sha256 }, silent);
  expect(died).toEqual([]);
});

it('a driver that grows is ended: when it is idle, or at once where there is no end to it', async () => {
  const idle = openHost({ intervalMs: 50, tiredBytes: 1 });
  await vi.waitFor(() => expect(idle.died[0]).toMatchObject({ sites: [], why: 'grown' }), { timeout: 5000 });

  const busy = openHost({ intervalMs: 300, tiredBytes: Number.MAX_SAFE_INTEGER, mostBytes: 1 });
  await vi.waitFor(() => expect(busy.died[0]).toMatchObject({ why: 'grown' }), { timeout: 5000 });
});

it('a driver that dies young again and again is started later and later, and at once where it is asked for', async () => {
  const { host, pids, died } = openHost({ intervalMs: 20, mostBytes: 1 });
  await vi.waitFor(() => expect(died).toHaveLength(3), { interval: 5, timeout: 10_000 });
  expect(pids).toHaveLength(3);
  void host.listPorts().catch(() => undefined);
  expect(pids).toHaveLength(4);
});
