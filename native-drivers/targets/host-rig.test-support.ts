import { fileURLToPath } from 'node:url';
import { startVirtualBench } from '#drivers/bench/virtual-bench.ts';
import type { DriverHost } from '#drivers/core/host-api.ts';
import type { Image, Segment } from '#drivers/core/image.ts';
import type { OperationInput, OperationName, OperationOutput, Progress } from '#drivers/core/operations.ts';
import { createDriverHost } from '#drivers/host/client.ts';
import { spawnForked } from '#drivers/host/fork.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';

/** A driver in a process of its own, as the station has it, on a simulated part. */
export interface HostRig {
  hands: BenchControl;
  run<K extends OperationName>(
    operation: K,
    input: OperationInput<K>,
    onProgress?: (progress: Progress) => void,
  ): Promise<OperationOutput<K>>;
  /** Gives the image to the process; `name`: one hex digit. */
  put(name: string, ...segments: Segment[]): Promise<{ image: string }>;
  kill(): void;
  /** Resolves once a killed process has a successor that has the site. */
  successor(): Promise<void>;
  close(): Promise<void>;
}

/** `virtual`: name of the simulated chip where it differs from the target's. */
export async function openHostRig(
  target: string,
  virtual = target,
  speed: 'wire' | 'max' = 'wire',
): Promise<HostRig> {
  const bench = await startVirtualBench({ target: virtual, sites: 1, speed });
  const { link: path = '', control: socket = '' } = bench.sites[0] ?? {};
  const hands = await openBenchControl(socket);
  const main = fileURLToPath(import.meta.resolve('#drivers/host/main.ts'));
  const host = createDriverHost(() => spawnForked(main));
  const open = async (): Promise<void> => {
    await host.openSite('A1', { path, control: { kind: 'bench', socket } }, target);
  };
  await open();
  return {
    hands,
    run: async (operation, input, onProgress = () => undefined) =>
      (await host.run('A1', operation, input, { signal: new AbortController().signal, onProgress })).output,
    put: (name, ...segments) => putImage(host, name, segments),
    kill: () => void process.kill(host.pid ?? 0, 'SIGKILL'),
    successor: () => ready(host).then(open),
    close: async () => {
      await host.close();
      await hands.close();
      await bench.stop();
    },
  };
}

async function putImage(host: DriverHost, name: string, segments: Segment[]): Promise<{ image: string }> {
  const image: Image = { sha256: name.repeat(64), format: 'binary', segments, entryPoint: null };
  await host.putImage(image);
  return { image: image.sha256 };
}

const ready = (host: DriverHost): Promise<void> =>
  new Promise((resolve) => {
    host.onEvent(({ type }) => {
      if (type === 'host-ready') resolve();
    });
  });
