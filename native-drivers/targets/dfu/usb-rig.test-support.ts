import { startVirtualBench } from '#drivers/bench/virtual-bench.ts';
import type { HostEvent } from '#drivers/core/host-api.ts';
import type { Image, Segment } from '#drivers/core/image.ts';
import type { OperationInput, OperationName, OperationOutput, Progress } from '#drivers/core/operations.ts';
import { Site } from '#drivers/host/site.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { loadTarget } from '../registry.ts';

/** A driver on a simulated part behind USB/IP, with a site of the driver process around it that opens the port again. */
export interface UsbRig {
  hands: BenchControl;
  heard: Progress[];
  events: HostEvent[];
  /** The place on the bus. */
  path: string;
  /** Puts an image of these segments into the rig; returns its name. */
  image(...segments: Segment[]): string;
  run<K extends OperationName>(
    operation: K,
    input: OperationInput<K>,
    signal?: AbortSignal,
  ): Promise<OperationOutput<K>>;
  /** What goes over the wire comes as events. */
  watch(on: boolean): void;
  /** A fresh part, and the driver opened anew. */
  renew(): Promise<void>;
  /** Ends the driver's hold on the device. */
  release(): Promise<void>;
  close(): Promise<void>;
}

export async function openUsbRig(
  target: string,
  virtual: string,
  speed: 'wire' | 'max' = 'max',
): Promise<UsbRig> {
  const bench = await startVirtualBench({ target: virtual, sites: 1, speed });
  const { link: path = '', control: socket = '' } = bench.sites[0] ?? {};
  const driver = await loadTarget(target);
  const images = new Map<string, Image>();
  const heard: Progress[] = [];
  const events: HostEvent[] = [];
  const hands = await openBenchControl(socket);
  const open = (): Promise<Site> =>
    Site.open(
      'A1',
      { path, control: { kind: 'bench', socket } },
      { driver, images: { get: (sha256) => present(images, sha256) } },
      (event) => void events.push(event),
    );
  let site = await open();
  return {
    ...{ hands, heard, events, path },
    image: (...segments) => {
      const sha256 = String(images.size + 1).padStart(64, '0');
      images.set(sha256, { sha256, format: 'binary', segments, entryPoint: null });
      return sha256;
    },
    run: async (operation, input, signal = new AbortController().signal) =>
      (await site.run(operation, input, { signal, progress: (one) => void heard.push(one) })).output,
    watch: (on) => site.watchBytes(on),
    renew: async () => {
      await site.close();
      await hands.fault(null);
      await hands.power(true);
      await hands.cable(true);
      if (await hands.presence()) await hands.remove();
      await hands.insert();
      heard.length = 0;
      events.length = 0;
      site = await open();
    },
    release: () => site.close(),
    close: async () => {
      await site.close();
      await hands.close();
      await bench.stop();
    },
  };
}

function present(images: ReadonlyMap<string, Image>, sha256: string): Image {
  const image = images.get(sha256);
  if (image === undefined) throw new RangeError(`no image ${sha256}`);
  return image;
}
