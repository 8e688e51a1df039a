import { DriverError } from '../core/errors.ts';
import type { HostEvent } from '../core/host-api.ts';
import type { Image } from '../core/image.ts';
import type { Progress } from '../core/operations.ts';
import { Heartbeat, type Limits } from './heartbeat.ts';
import { isReply } from './messages.ts';
import type { HostReply, HostRequest } from './messages.ts';
import type { ProcessPort } from './process-port.ts';

/** A process that did not live longer died of what it was started for. */
const YOUNG_MS = 10_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

interface Pending {
  resolve(value: unknown): void;
  reject(error: DriverError): void;
  progress(progress: Progress): void;
}

type Body = HostRequest extends infer R ? (R extends HostRequest ? Omit<R, 'id'> : never) : never;

export interface ProcessSurroundings {
  spawn: () => ProcessPort;
  /** Sent to each process that starts, before it is told to be ready. */
  images: ReadonlyMap<string, Image>;
  limits: Limits;
  tell: (event: ProcessEvent) => void;
}
/** As the process says it: which sites it concerns is known outside. */
export type ProcessEvent =
  | Exclude<HostEvent, { type: 'host-died' | 'host-ready' }>
  | { type: 'host-died'; code: number | null; signal: string | null; why: DeathCause }
  | { type: 'host-ready'; pid: number };
/** `ended`: by itself, or from outside. */
type DeathCause = 'ended' | 'hung' | 'grown';

/**
 * The station's side of one driver process. A process that dies, hangs or grows without end is started again at once; what
 * ran in it is rejected with `host-died`, its sites are closed, images are sent again before `host-ready` is told.
 */
export class DriverProcess {
  port: ProcessPort | null = null;
  private readonly around: ProcessSurroundings;
  private readonly pending = new Map<number, Pending>();
  private ready: PromiseWithResolvers<undefined> | null = null;
  private nextId = 1;
  private closing = false;
  private heartbeat: Heartbeat | null = null;
  private why: DeathCause = 'ended';
  private born = 0;
  private young = 0;

  constructor(around: ProcessSurroundings) {
    this.around = around;
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
    this.heartbeat?.stop();
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
    const port = this.around.spawn();
    this.born = performance.now();
    this.why = 'ended';
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
    if (reply.type === 'event') return this.around.tell(reply.event);
    if (reply.type === 'ready') return this.begin(reply.pid);
    const pending = this.pending.get(reply.id);
    if (reply.type === 'progress') return pending?.progress(reply.progress);
    this.pending.delete(reply.id);
    if (reply.type === 'result') pending?.resolve(reply.value);
    else pending?.reject(DriverError.fromJSON(reply.error));
  }

  private begin(pid: number): void {
    const silent = () => undefined;
    for (const image of this.around.images.values())
      this.post({ type: 'put-image', image }, undefined, silent).catch(silent);
    this.ready?.resolve(undefined);
    this.ready = null;
    this.heartbeat = this.lookAfter();
    this.around.tell({ type: 'host-ready', pid });
  }

  private lookAfter(): Heartbeat {
    const pending = this.pending;
    const watched = {
      ping: () => this.ping(),
      get working(): boolean {
        return pending.size > 0;
      },
      end: (why: DeathCause) => {
        this.why = why;
        this.port?.kill('SIGKILL');
      },
    };
    return new Heartbeat(watched, this.around.limits);
  }

  private async ping(): Promise<number> {
    return Number(await this.post({ type: 'ping' }, undefined, () => undefined));
  }

  private ended(code: number | null, signal: string | null): void {
    const early = this.ready;
    this.heartbeat?.stop();
    this.port = null;
    this.ready = null;
    const error = died('The driver process ended.', { code: code ?? 'none', signal: signal ?? 'none' });
    for (const pending of this.pending.values()) pending.reject(error);
    this.pending.clear();
    early?.reject(error);
    if (this.closing) return;
    this.around.tell({ type: 'host-died', code, signal, why: this.why });
    // One that died before it was ready would die again: the next request tries once more.
    if (early === null) this.startAgain();
  }

  /** At once after one death, later and later where each successor dies young: a request does not wait for it. */
  private startAgain(): void {
    this.young = performance.now() - this.born < YOUNG_MS ? this.young + 1 : 0;
    if (this.young < 2) return this.start();
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.young);
    setTimeout(() => {
      if (this.port === null && !this.closing) this.start();
    }, wait).unref();
  }
}

function died(message: string, context: Record<string, string | number> = {}): DriverError {
  return new DriverError('host-died', message, { chip: 'unknown', context });
}
