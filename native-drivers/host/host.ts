import type { ImageSource } from '../core/driver.ts';
import { DriverError } from '../core/errors.ts';
import type { HostEvent } from '../core/host-api.ts';
import type { Image } from '../core/image.ts';
import type { UsbAdapter } from '../core/link.ts';
import type { OperationContext, OperationName, Progress } from '../core/operations.ts';
import { loadTarget } from '../targets/registry.ts';
import { PortBus } from '../transports/port-bus.ts';
import { keepLatest } from './kept-images.ts';
import { operationInputs, requestSchema } from './messages.ts';
import type { HostReply, HostRequest } from './messages.ts';
import type { ParentPort } from './process-port.ts';
import { seatOf } from './seat.ts';
import { Site } from './site.ts';

/** A screen shows no more steps a second than this; the last of a kind is always told. */
const PROGRESS_INTERVAL_MS = 50;

type RunRequest = Extract<HostRequest, { type: 'run' }>;
type OpenRequest = Extract<HostRequest, { type: 'open-site' }>;

/** The driver process' inside: sites by name, images by hash, requests from the parent. */
export class Host {
  private readonly parent: ParentPort;
  private readonly bus: PortBus;
  private readonly sites = new Map<string, Site>();
  private readonly images = new Map<string, Image>();
  /** Adapters of sites that other driver processes have. */
  private others: readonly UsbAdapter[] = [];
  private readonly running = new Map<number, { site: string; abort: AbortController }>();

  /** `bus`: another root of the system's devices in tests. */
  constructor(parent: ParentPort, bus: PortBus = new PortBus()) {
    this.parent = parent;
    this.bus = bus;
    bus.onChange(() => this.reply({ type: 'event', event: { type: 'ports-changed' } }));
    parent.onMessage((message) => void this.receive(message));
  }

  private async receive(message: unknown): Promise<void> {
    const parsed = requestSchema.safeParse(message);
    if (!parsed.success) {
      this.refuse(message, parsed.error);
      return;
    }
    const request = parsed.data;
    if (request.type === 'abort') {
      this.running.get(request.id)?.abort.abort();
      return;
    }
    try {
      this.reply({ type: 'result', id: request.id, value: await this.handle(request) });
    } catch (error) {
      this.reply({ type: 'error', id: request.id, error: asDriverError(error).toJSON() });
    }
  }

  private handle(request: Exclude<HostRequest, { type: 'abort' }>): Promise<unknown> {
    switch (request.type) {
      case 'list-ports':
        return this.bus.all();
      case 'ping':
        return Promise.resolve(process.memoryUsage.rss());
      case 'others':
        this.others = request.adapters;
        return Promise.resolve(null);
      case 'put-image':
        keepLatest(this.images, request.image);
        return Promise.resolve(null);
      case 'open-site':
        return this.openSite(request);
      case 'close-site':
        return this.closeSite(request.site);
      case 'run':
        return this.run(request);
      case 'watch-bytes':
        return this.toSite(request.site, (site) => site.watchBytes(request.on));
      case 'answer-prompt':
        return this.toSite(request.site, (site) => site.answer(request.prompt));
    }
  }

  private async openSite({
    site,
    link,
    target,
  }: OpenRequest): Promise<{ part: boolean | null; path: string }> {
    await this.closeSite(site);
    const images: ImageSource = { get: (sha256) => this.image(sha256) };
    const emit = (event: HostEvent) => this.reply({ type: 'event', event });
    const driver = await loadTarget(target);
    const others = () => [
      ...this.others,
      ...[...this.sites.values()].flatMap((other) => (other === opened ? [] : (other.adapter ?? []))),
    ];
    const opened: Site = new Site(site, link, { driver, images, emit, seat: seatOf(link, this.bus, others) });
    // Also where the port is not there: it is opened once it comes.
    this.sites.set(site, opened);
    return opened.open();
  }

  private async toSite(name: string, act: (site: Site) => void): Promise<null> {
    const site = this.sites.get(name);
    if (site === undefined) throw badArgument('The site is not open.', { site: name });
    await Promise.resolve();
    act(site);
    return null;
  }

  private async closeSite(name: string): Promise<null> {
    const site = this.sites.get(name);
    this.sites.delete(name);
    for (const run of this.running.values()) if (run.site === name) run.abort.abort();
    await site?.close();
    return null;
  }

  private async run({ id, site, operation, input }: RunRequest): Promise<unknown> {
    const opened = this.sites.get(site);
    if (opened === undefined) throw badArgument('The site is not open.', { site });
    const checked = operationInputs[operation].safeParse(input);
    if (!checked.success) throw badArgument('The input does not fit the operation.', { operation });
    const abort = new AbortController();
    this.running.set(id, { site, abort });
    const context: OperationContext = { signal: abort.signal, progress: this.throttled(id) };
    try {
      return await opened.run<OperationName>(operation, checked.data, context);
    } finally {
      this.running.delete(id);
    }
  }

  private throttled(id: number): (progress: Progress) => void {
    let last = 0;
    let note: string | undefined;
    return (progress) => {
      const now = performance.now();
      const due = now - last >= PROGRESS_INTERVAL_MS || progress.note !== note;
      if (!due && progress.done !== progress.total) return;
      last = now;
      note = progress.note;
      this.reply({ type: 'progress', id, progress });
    };
  }

  private image(sha256: string): Image {
    const image = this.images.get(sha256);
    if (image === undefined) throw badArgument('The image was not sent to the drivers.', { sha256 });
    return image;
  }

  private refuse(message: unknown, cause: Error): void {
    const id = typeof message === 'object' && message !== null && 'id' in message ? message.id : null;
    if (typeof id !== 'number') return;
    const error = new DriverError('bad-argument', 'The drivers do not know this message.', { cause });
    this.reply({ type: 'error', id, error: error.toJSON() });
  }

  private reply(reply: HostReply): void {
    this.parent.send(reply);
  }
}

function badArgument(message: string, context: Record<string, string>): DriverError {
  return new DriverError('bad-argument', message, { chip: 'untouched', context });
}

/** A defect of ours is not hidden: it ends the operation as what it is, with its own text as the cause. */
function asDriverError(error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  return new DriverError('bad-argument', 'The driver failed.', { cause: error });
}
