import type { DriverHost, HostEvent, PortInfo } from '../core/host-api.ts';
import type { Image } from '../core/image.ts';
import type { LinkSpec, UsbAdapter } from '../core/link.ts';
import type { OperationInput, OperationName, OperationResult, Progress } from '../core/operations.ts';
import { familyOf } from '../targets/registry.ts';
import { DriverProcess, type ProcessEvent } from './driver-process.ts';
import { keepLatest } from './kept-images.ts';
import { LIMITS, type Limits } from './heartbeat.ts';
import type { ProcessPort } from './process-port.ts';

interface Place {
  process: DriverProcess;
  adapter: UsbAdapter | null;
  /** What the relay board of the site is known by. */
  board: string | null;
}

const boardOf = ({ control }: LinkSpec): string | null =>
  control.kind === 'relay' ? (control.location ?? control.path) : null;

/**
 * All driver processes of a station: one for each family that has a site, so that a driver which crashes, hangs or leaks
 * takes along the sites of its own family and no others. The first is started at once, for whichever family comes first.
 */
class DriverProcesses implements DriverHost {
  private readonly listeners = new Set<(event: HostEvent) => void>();
  private readonly images = new Map<string, Image>();
  private readonly families = new Map<string, DriverProcess>();
  private readonly places = new Map<string, Place>();
  private readonly make: () => DriverProcess;
  private readonly first: DriverProcess;

  constructor(spawn: () => ProcessPort, limits: Limits) {
    this.make = () => {
      const { images } = this;
      const made: DriverProcess = new DriverProcess({
        ...{ spawn, images, limits },
        tell: (event) => this.heard(made, event),
      });
      return made;
    };
    this.first = this.make();
  }

  get pid(): number | null {
    return this.first.port?.pid ?? null;
  }

  async listPorts(): Promise<PortInfo[]> {
    return (await this.first.call({ type: 'list-ports' })) as PortInfo[];
  }

  async putImage(image: Image): Promise<void> {
    keepLatest(this.images, image);
    await Promise.all(this.all().map((process) => process.call({ type: 'put-image', image })));
  }

  async openSite(
    site: string,
    link: LinkSpec,
    target: string,
  ): Promise<{ part: boolean | null; path: string }> {
    const board = boardOf(link);
    const process = this.holderOf(site, board) ?? this.processFor(familyOf(target));
    const before = this.places.get(site)?.process;
    if (before !== undefined && before !== process) await before.call({ type: 'close-site', site });
    this.places.set(site, { process, adapter: link.adapter ?? null, board });
    await this.shareAdapters();
    const opened = await process.call({ type: 'open-site', site, link, target });
    return opened as { part: boolean | null; path: string };
  }

  async closeSite(site: string): Promise<void> {
    await this.of(site).call({ type: 'close-site', site });
    this.places.delete(site);
    await this.shareAdapters();
  }

  async run<K extends OperationName>(
    site: string,
    operation: K,
    input: OperationInput<K>,
    { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: Progress) => void },
  ): Promise<OperationResult<K>> {
    const body = { type: 'run', site, operation, input } as const;
    return (await this.of(site).call(body, signal, onProgress)) as OperationResult<K>;
  }

  async watchBytes(site: string, on: boolean): Promise<void> {
    await this.of(site).call({ type: 'watch-bytes', site, on });
  }

  async answerPrompt(site: string, prompt: string): Promise<void> {
    await this.of(site).call({ type: 'answer-prompt', site, prompt });
  }

  onEvent(listener: (event: HostEvent) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map((process) => process.close()));
  }

  private all(): DriverProcess[] {
    return [...new Set([this.first, ...this.families.values()])];
  }

  private of(site: string): DriverProcess {
    return this.places.get(site)?.process ?? this.first;
  }

  /** A port can be open in one process only: sites that share a board share a process, whatever their families. */
  private holderOf(site: string, board: string | null): DriverProcess | null {
    if (board === null) return null;
    const holder = [...this.places].find(([other, place]) => other !== site && place.board === board);
    return holder?.[1].process ?? null;
  }

  private processFor(family: string): DriverProcess {
    const known = this.families.get(family);
    if (known !== undefined) return known;
    const process = this.families.size === 0 ? this.first : this.make();
    this.families.set(family, process);
    return process;
  }

  /** A cable is never looked for at the adapter of another family's site. */
  private async shareAdapters(): Promise<void> {
    if (this.families.size < 2) return;
    const places = [...this.places.values()];
    const tell = (process: DriverProcess): Promise<unknown> => {
      const others = places.filter((place) => place.process !== process);
      return process.call({ type: 'others', adapters: others.flatMap(({ adapter }) => adapter ?? []) });
    };
    await Promise.all(this.all().map((process) => tell(process).catch(() => undefined)));
  }

  private heard(process: DriverProcess, event: ProcessEvent): void {
    // Every process sees the bus.
    if (event.type === 'ports-changed' && process !== this.first) return;
    const sites = [...this.places].flatMap(([site, place]) => (place.process === process ? [site] : []));
    const concerns = event.type === 'host-died' || event.type === 'host-ready';
    const told: HostEvent = concerns ? { ...event, sites } : event;
    for (const listener of [...this.listeners]) listener(told);
    if (event.type === 'host-ready') void this.shareAdapters();
  }
}

/** Starts the driver processes. `spawn` comes from the composition: `spawnForked`, or Electron's utility process. */
export function createDriverHost(spawn: () => ProcessPort, limits: Limits = LIMITS): DriverHost {
  return new DriverProcesses(spawn, limits);
}
