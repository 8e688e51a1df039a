import { afterEach, describe, expect, it, vi } from 'vitest';
import type { OperationInput, OperationName } from '#drivers/core/operations.ts';
import { Site } from '#drivers/host/site.ts';
import { loadTarget } from '#drivers/targets/registry.ts';
import { openUsb } from '#drivers/transports/usb/open-usb.ts';
import { openBench, type Bench } from '../bench.ts';
import { openBenchControl, type BenchControl } from '../control-client.ts';

const SITES = 8;
const START = 0x0800_0000;

let bench: Bench;
let hands: BenchControl[] = [];
const sites: Site[] = [];

async function open(target: string, count: number): Promise<void> {
  bench = await openBench({ target, sites: count, speed: 'max' });
  hands = await Promise.all(bench.sites.map(({ control }) => openBenchControl(control)));
}

afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
  for (const one of hands) await one.close();
  await bench.close();
});

const link = (index = 0): string => bench.sites[index]?.link ?? '';
const there = (index = 0): Promise<string> =>
  openUsb(link(index)).then(
    async (port) => {
      const { serialNumber } = port.device;
      await port.close();
      return serialNumber ?? 'unnamed';
    },
    (error: unknown) => (error as { code: string }).code,
  );

describe.each(['dfu', 'cmsis-dap', 'cdc'])('a bench of %s', (target) => {
  it('has on each bus what its cable and its part let be there, and nothing of the next site', async () => {
    await open(target, 2);
    const [first] = hands;
    const [own, next] = [await there(), await there(1)];
    expect([own, next].filter((one) => one.startsWith('port-'))).toEqual([]);
    expect(own).not.toBe(next);
    expect(await first?.cable(false)).toBeNull();
    expect([await there(), await there(1)]).toEqual(['port-missing', next]);
    expect(await first?.cable(true)).toBe(link());
    expect(await there()).toBe(own);
    const { uid } = (await first?.status()) ?? {};
    await first?.remove();
    // The part of `dfu` is the device itself; adapters and probes stay when theirs is out.
    expect(await there()).toBe(target === 'dfu' ? 'port-missing' : own);
    expect(await first?.presence()).toBe(false);
    await first?.insert(uid ?? '');
    expect([await there(), await there(1)]).toEqual([own, next]);
  });
});

it('eight sites work at once, each with its own part, while the cable of another is pulled and plugged', async () => {
  await open('dfu', SITES);
  const heard: string[][] = bench.sites.map(() => []);
  const driver = await loadTarget('stm32-dfu');
  const bytes = bench.sites.map((_, index) => new Uint8Array(40_000).fill(index + 1));
  const image = (index: number) => {
    const segments = [{ address: START, bytes: bytes[index] ?? new Uint8Array(0) }];
    return { sha256: String(index), format: 'binary' as const, entryPoint: null, segments };
  };
  for (const [index, { id, link: path, control: socket }] of bench.sites.entries()) {
    const images = { get: (name: string) => image(Number(name)) };
    const control = { kind: 'bench', socket } as const;
    const hear = ({ type }: { type: string }): void => void heard[index]?.push(type);
    sites.push(await Site.open(id, { path, control }, { driver, images }, hear));
  }
  const run = async <K extends OperationName>(index: number, name: K, input: OperationInput<K>) => {
    const context = { signal: new AbortController().signal, progress: () => undefined };
    const site = sites[index];
    if (site === undefined) throw new RangeError(`no site ${index}`);
    return (await site.run(name, input, context)).output;
  };
  const work = async (index: number): Promise<string> => {
    const { chipUid } = await run(index, 'identify', { target: 'stm32-dfu' });
    await run(index, 'program', { image: String(index) });
    await run(index, 'verify', { image: String(index) });
    const read = await run(index, 'read-memory', { address: START, length: 64 });
    expect(new Set(read.bytes)).toEqual(new Set([index + 1]));
    return chipUid;
  };
  const pulled = SITES - 1;
  const works = bench.sites.slice(0, pulled).map((_, index) => work(index));
  await hands[pulled]?.cable(false);
  await vi.waitUntil(() => heard[pulled]?.includes('port-gone') ?? false);
  await hands[pulled]?.cable(true);
  await vi.waitUntil(() => heard[pulled]?.includes('port-back') ?? false, { timeout: 10_000 });
  works.push(work(pulled));
  const uids = await Promise.all(hands.map(async (one) => (await one.status()).uid));
  expect(await Promise.all(works)).toEqual(uids);
  expect(new Set(uids).size).toBe(SITES);
  expect(
    heard
      .slice(0, pulled)
      .flat()
      .filter((type) => type.startsWith('port-')),
  ).toEqual([]);
});
