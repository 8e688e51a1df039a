import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { DriverHost } from '../core/host-api.ts';
import type { Image } from '../core/image.ts';
import { createDriverHost } from '../host/client.ts';
import { spawnForked } from '../host/fork.ts';
import { startVirtualBench, type BenchSite } from './virtual-bench.ts';

/** 921,600 Bd is the highest rate of its ROM's loader here, and the ROM takes one block at a time: the wire is the limit. */
const TARGET = 'esp32';
const BYTES = 256 * 1024;
const ADDRESS = 0x1_0000;
const MOST = 64;
/** A busy machine only ever adds: the best round of each counts. */
const ROUNDS = 3;

/** Mean bytes per second of one site, alone and among 64 that program at once through one driver process. */
export interface SitesBench {
  alone: number;
  among: number;
  /** The slowest of the 64 in the same round. */
  slowest: number;
  share: number;
}

export async function benchSites(): Promise<SitesBench> {
  const [alone] = await rates(1);
  const [among, slowest] = await rates(MOST);
  return { alone, among, slowest, share: among / alone };
}

async function rates(sites: number): Promise<[mean: number, slowest: number]> {
  const bench = await startVirtualBench({ target: TARGET, sites, speed: 'wire' });
  const main = fileURLToPath(import.meta.resolve('#drivers/host/main.ts'));
  const drivers = createDriverHost(() => spawnForked(main));
  try {
    for (const { id, link, control } of bench.sites)
      await drivers.openSite(id, { path: link, control: { kind: 'bench', socket: control } }, TARGET);
    const rounds: [number, number][] = [];
    while (rounds.length < ROUNDS) rounds.push(await round(drivers, bench.sites));
    return rounds.reduce((best, next) => (next[0] > best[0] ? next : best));
  } finally {
    await drivers.close();
    await bench.stop();
  }
}

/** A new image each round: nothing in the parts is what it will be. */
async function round(drivers: DriverHost, sites: BenchSite[]): Promise<[number, number]> {
  const image = randomImage();
  await drivers.putImage(image);
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  await Promise.all(sites.map(({ id }) => drivers.run(id, 'identify', { target: TARGET }, options)));
  const all = await Promise.all(
    sites.map(async ({ id }) => {
      const started = performance.now();
      await drivers.run(id, 'program', { image: image.sha256 }, options);
      return (BYTES * 1000) / (performance.now() - started);
    }),
  );
  return [all.reduce((sum, rate) => sum + rate, 0) / all.length, Math.min(...all)];
}

function randomImage(): Image {
  const bytes = randomBytes(BYTES);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, format: 'binary', segments: [{ address: ADDRESS, bytes }], entryPoint: null };
}
