import { startVirtualBench, type VirtualBench } from '#drivers/bench/virtual-bench.ts';
import type { TargetSession } from '#drivers/core/driver.ts';
import type { Image, Segment } from '#drivers/core/image.ts';
import type { OperationInput, OperationName, OperationOutput, Progress } from '#drivers/core/operations.ts';
import { openSerial } from '#drivers/transports/serial.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { loadBytesTarget } from './registry.ts';

/** A driver on a simulated part: what every family's tests need. */
export interface TargetRig {
  hands: BenchControl;
  heard: Progress[];
  images: Map<string, Image>;
  run<K extends OperationName>(
    operation: K,
    input: OperationInput<K>,
    signal?: AbortSignal,
  ): Promise<OperationOutput<K>>;
  /** A fresh part, and the driver opened anew; `faults` take hold before it opens. */
  renew(...faults: string[]): Promise<void>;
  close(): Promise<void>;
}

/** Puts an image of these segments into the rig; returns its name. */
export function imageOf(rig: TargetRig, ...segments: Segment[]): string {
  const sha256 = String(rig.images.size + 1).padStart(64, '0');
  rig.images.set(sha256, { sha256, format: 'binary', segments, entryPoint: null });
  return sha256;
}

/** `virtual`: name of the simulated chip where it differs from the target's. */
export async function openRig(
  target: string,
  virtual = target,
  speed: 'wire' | 'max' = 'max',
): Promise<TargetRig> {
  const bench = await startVirtualBench({ target: virtual, sites: 1, speed });
  const images = new Map<string, Image>();
  const heard: Progress[] = [];
  const hands = await openBenchControl(bench.sites[0]?.control ?? '');
  let open = await openSession(bench, target, images);
  return {
    ...{ hands, heard, images },
    run: async (operation, input, signal = new AbortController().signal) =>
      (await open.session.run(operation, input, { signal, progress: (one) => void heard.push(one) })).output,
    renew: async (...faults) => {
      await open.close();
      await hands.fault(null);
      if (await hands.presence()) await hands.remove();
      await hands.insert();
      for (const fault of faults) await hands.fault(fault);
      heard.length = 0;
      open = await openSession(bench, target, images);
    },
    close: async () => {
      await open.close();
      await hands.close();
      await bench.stop();
    },
  };
}

async function openSession(
  bench: VirtualBench,
  target: string,
  images: ReadonlyMap<string, Image>,
): Promise<{ session: TargetSession; close(): Promise<void> }> {
  const { link = '', control: socket = '' } = bench.sites[0] ?? {};
  const driver = await loadBytesTarget(target);
  const transport = await openSerial(link, 9600, driver.parity);
  const control = await openBenchControl(socket);
  const get = (sha256: string): Image => {
    const image = images.get(sha256);
    if (image === undefined) throw new RangeError(`no image ${sha256}`);
    return image;
  };
  const session = driver.open({ transport, control }, { get });
  const close = async (): Promise<void> => {
    await session.close();
    await Promise.all([transport.close(), control.close()]);
  };
  return { session, close };
}
