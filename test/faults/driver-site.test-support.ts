import { fileURLToPath } from 'node:url';
import { startVirtualBench } from '#drivers/bench/virtual-bench.ts';
import type { DriverHost, HostEvent } from '#drivers/core/host-api.ts';
import type { OperationInput, OperationName, OperationOutput, Progress } from '#drivers/core/operations.ts';
import { createDriverHost } from '#drivers/host/client.ts';
import { spawnForked } from '#drivers/host/fork.ts';
import { demoJob } from '#drivers/targets/demo-job.test-support.ts';
import { openBenchControl } from '#drivers/virtual/control-client.ts';
import type { BenchControl } from '#drivers/virtual/control-client.ts';

/** One site of a real bench behind a real driver process, with the hands that break things. */
export interface FaultySite {
  host: DriverHost;
  hands: BenchControl;
  events: HostEvent[];
  /** Resolves with the next event of that type, or the first one seen already. */
  event<T extends HostEvent['type']>(type: T): Promise<Extract<HostEvent, { type: T }>>;
  open(): Promise<void>;
  run<K extends OperationName>(
    operation: K,
    input: OperationInput<K>,
    onProgress?: (progress: Progress) => void,
  ): Promise<OperationOutput<K>>;
  /** Fresh part to enrolled one, as a recipe does it. */
  enrolled(): Promise<{ deviceId: string; chipUid: string }>;
  close(): Promise<void>;
}

export const program = { image: demoJob.image.sha256 };
export const lock = { disableInitialize: true, lockBoot: true };

export async function faultySite(speed: 'wire' | 'max' = 'max'): Promise<FaultySite> {
  const bench = await startVirtualBench({ target: 'ra8m1', sites: 1, speed });
  const { link, control, id } = bench.sites[0]!;
  const hands = await openBenchControl(control);
  const host = createDriverHost(() =>
    spawnForked(fileURLToPath(import.meta.resolve('#drivers/host/main.ts'))),
  );
  const events: HostEvent[] = [];
  const waiting = new Set<() => void>();
  host.onEvent((event) => {
    events.push(event);
    for (const look of [...waiting]) look();
  });
  const site: FaultySite = {
    host,
    hands,
    events,
    event: (type) =>
      new Promise((resolve) => {
        const look = () => {
          const found = events.find((event) => event.type === type);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found as Extract<HostEvent, { type: typeof type }>);
        };
        waiting.add(look);
        look();
      }),
    open: async () => {
      await host.openSite(id, { path: link, control: { kind: 'bench', socket: control } }, 'ra8m1');
    },
    run: async (operation, input, onProgress = () => undefined) => {
      const signal = new AbortController().signal;
      return (await host.run(id, operation, input, { signal, onProgress })).output;
    },
    enrolled: async () => {
      const { chipUid } = await site.run('identify', { target: 'ra8m1' });
      await site.run('initialize', {});
      await site.run('inject-oem-root-key', { rkey: demoJob.rkey, permanent: false });
      await site.run('program', program);
      const { keyCertificate, codeCertificate } = demoJob;
      await site.run('inject-boot-certificates', { keyCertificate, codeCertificate });
      const { deviceId } = await site.run('enrol', {});
      return { deviceId, chipUid };
    },
    close: async () => {
      await host.close();
      await hands.close();
      await bench.stop();
    },
  };
  await host.putImage(demoJob.image);
  await site.open();
  return site;
}
