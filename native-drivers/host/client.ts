import { DriverError } from '../core/errors.ts';
import type { DriverHost, HostEvent, PortInfo } from '../core/host-api.ts';
import type { Image } from '../core/image.ts';
import type { OperationResult, Progress } from '../core/operations.ts';
import { isReply } from './messages.ts';
import type { HostReply, HostRequest } from './messages.ts';
import type { ProcessPort } from './process-port.ts';

interface Pending {
  resolve(value: unknown): void;
  reject(error: DriverError): void;
  progress(progress: Progress): void;
}

type Body = HostRequest extends infer R ? (R extends HostRequest ? Omit<R, 'id'> : never) : never;

/**
 * The station's side of the driver process. A process that dies is started again at once; what ran in it is rejected
 * with `host-died`, its sites are closed, its images are sent again before `host-ready` is told.
 */
class DriverProcess {
  readonly listeners = new Set<(event: HostEvent) => void>();
  readonly images = new Map<string, Image>();
  port: ProcessPort | null = null;
  private readonly spawn: () => ProcessPort;
  private readonly pending = new Map<number, Pending>();
  private ready: PromiseWithResolvers<undefined> | null = null;
  private nextId = 1;
  private closing = false;

  constructor(spawn: () => ProcessPort) {
    this.spawn = spawn;
    this.start();
  }

  /** Resolves with the reply to one request; the process is started if it is not there. */
  async call(body: Body, signal?: AbortSignal, progress: Pending['progress'] = () => undefined) {
    if (this.closing) throw died('The drivers are shut down.');
    if (this.port === null) this.start();
    await this.ready?.promise;
    return this.post(body, signal, progress);
  }

  close(): Promise<void> {
    this.closing = true;
    const port = this.port;
    if (port === null) return Promise.resolve();
    return new Promise((resolve) => {
      port.onExit(() => resolve());
      port.kill();
    });
  }

  private post(body: Body, signal: AbortSignal | undefined, progress: Pending['progress']): Promise<unknown> {
    const id = this.nextId++;
    const abort = () => this.port?.send({ type: 'abort', id });
    return new Promise<unknown>((resolve, reject) => {
      if (this.port === null) return reject(died('The driver process ended.'));
      this.pending.set(id, { resolve, reject, progress });
      this.port.send({ ...body, id });
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    }).finally(() => signal?.removeEventListener('abort', abort));
  }

  private start(): void {
    const port = this.spawn();
    const ready = Promise.withResolvers<undefined>();
    // Nobody may be waiting for it when the process dies first.
    ready.promise.catch(() => undefined);
    this.port = port;
    this.ready = ready;
    port.onMessage((message) => {
      if (isReply(message)) this.take(message);
    });
    port.onExit((code, signal) => this.ended(code, signal));
  }

  private take(reply: HostReply): void {
    if (reply.type === 'event') return this.tell(reply.event);
    if (reply.type === 'ready') return this.begin(reply.pid);
    const pending = this.pending.get(reply.id);
    if (reply.type === 'progress') return pending?.progress(reply.progress);
    this.pending.delete(reply.id);
    if (reply.type === 'result') pending?.resolve(reply.value);
    else pending?.reject(DriverError.fromJSON(reply.error));
  }

  private begin(pid: number): void {
    const silent = () => undefined;
    for (const image of this.images.values())
      this.post({ type: 'put-image', image }, undefined, silent).catch(silent);
    this.ready?.resolve(undefined);
    this.ready = null;
    this.tell({ type: 'host-ready', pid });
  }

  private ended(code: number | null, signal: string | null): void {
    const early = this.ready;
    this.port = null;
    this.ready = null;
    const error = died('The driver process ended.', { code: code ?? 'none', signal: signal ?? 'none' });
    for (const pending of this.pending.values()) pending.reject(error);
    this.pending.clear();
    early?.reject(error);
    if (this.closing) return;
    this.tell({ type: 'host-died', code, signal });
    // One that died before it was ready would die again: the next request tries once more.
    if (early === null) this.start();
  }

  private tell(event: HostEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }
}

function died(message: string, context: Record<string, string | number> = {}): DriverError {
  return new DriverError('host-died', message, { chip: 'unknown', context });
}

/** Starts the driver process. `spawn` comes from the composition: `spawnForked`, or Electron's utility process. */
export function createDriverHost(spawn: () => ProcessPort): DriverHost {
  const drivers = new DriverProcess(spawn);
  return {
    get pid() {
      return drivers.port?.pid ?? null;
    },
    listPorts: async () => (await drivers.call({ type: 'list-ports' })) as PortInfo[],
    putImage: async (image) => {
      drivers.images.set(image.sha256, image);
      await drivers.call({ type: 'put-image', image });
    },
    openSite: async (site, link, target) =>
      (await drivers.call({ type: 'open-site', site, link, target })) as {
        part: boolean | null;
        path: string;
      },
    closeSite: async (site) => {
      await drivers.call({ type: 'close-site', site });
    },
    run: async (site, operation, input, { signal, onProgress }) => {
      const body = { type: 'run', site, operation, input } as const;
      return (await drivers.call(body, signal, onProgress)) as OperationResult<typeof operation>;
    },
    watchBytes: async (site, on) => {
      await drivers.call({ type: 'watch-bytes', site, on });
    },
    answerPrompt: async (site, prompt) => {
      await drivers.call({ type: 'answer-prompt', site, prompt });
    },
    onEvent: (listener) => {
      drivers.listeners.add(listener);
      return () => void drivers.listeners.delete(listener);
    },
    close: () => drivers.close(),
  };
}
