import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startVirtualBench, type VirtualBench } from '#drivers/bench/virtual-bench.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { Image } from '#drivers/core/image.ts';
import type { OperationInput, OperationName, OperationOutput, Progress } from '#drivers/core/operations.ts';
import { createDriverHost } from '#drivers/host/client.ts';
import { spawnForked } from '#drivers/host/fork.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { mcubootFile } from './mcuboot-file.test-support.ts';

const target = 'smp';
let bench: VirtualBench;
let hands: BenchControl;
let host: DriverHost;
beforeEach(async () => {
  bench = await startVirtualBench({ target, sites: 1, speed: 'wire' });
  hands = await openBenchControl(bench.sites[0]!.control);
  host = createDriverHost(() => spawnForked(fileURLToPath(import.meta.resolve('#drivers/host/main.ts'))));
  await hands.fault('built-for 1000000');
  await open();
});
afterEach(async () => {
  await host.close();
  await hands.close();
  await bench.stop();
});

const open = async (): Promise<void> => {
  const { link: path, control: socket } = bench.sites[0]!;
  await host.openSite('A1', { path, control: { kind: 'bench', socket } }, target);
};
const run = async <K extends OperationName>(
  operation: K,
  input: OperationInput<K>,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<OperationOutput<K>> =>
  (await host.run('A1', operation, input, { signal: new AbortController().signal, onProgress })).output;
async function put(name: string, body: number): Promise<{ image: string }> {
  const sha256 = name.repeat(64);
  const segments = [{ address: 0, bytes: mcubootFile({ body: new Uint8Array(body) }) }];
  const image: Image = { sha256, format: 'binary', segments, entryPoint: null };
  await host.putImage(image);
  return { image: sha256 };
}
/** Resolves once a killed process has a successor that has the site. */
async function successor(): Promise<void> {
  await new Promise<void>((resolve) => {
    host.onEvent(({ type }) => {
      if (type === 'host-ready') resolve();
    });
  });
  await open();
}
const died = { code: 'host-died', chip: 'unknown' };
const kill = (): void => void process.kill(host.pid!, 'SIGKILL');

describe('driver-process-killed', () => {
  it('in the middle of an upload: the next one begins anew and writes it whole', async () => {
    const image = await put('a', 20_000);
    await run('identify', { target });
    const next = successor();
    let killed = false;
    const interrupted = run('program', image, ({ done, total }) => {
      if (killed || done === 0 || done === total) return;
      killed = true;
      kill();
    });
    await expect(interrupted).rejects.toMatchObject(died);
    await next;
    expect((await run('identify', { target })).lifecycle.dlm).toBe('EMPTY');
    await run('program', image);
    expect((await run('verify', image)).bytes).toBeGreaterThan(20_000);
  });

  it('while a confirmation is under way: unknown, and the next one reads what came of it', async () => {
    await run('identify', { target });
    await run('program', await put('b', 2000));
    await run('start-firmware', {});
    const { chipUid } = await run('read-state', {});
    await run('program', await put('c', 3000));
    await run('move-lifecycle', { to: 'TEST' });
    await run('start-firmware', {});
    expect((await run('read-state', {})).lifecycle.dlm).toBe('TRIAL');
    await hands.fault('confirm-silent');
    const next = successor();
    const unknown = expect(run('move-lifecycle', { to: 'CONFIRM' })).rejects.toMatchObject(died);
    // The simulated board says here by itself that it was confirmed: the answer is what nobody gets.
    await expect.poll(async () => (await hands.status()).running, { interval: 5 }).toBe('silent');
    kill();
    await unknown;
    await next;
    await hands.fault('no-recovery');
    await hands.reset();
    expect(await run('identify', { target })).toMatchObject({ chipUid, lifecycle: { dlm: 'CONFIRMED' } });
  });
});
