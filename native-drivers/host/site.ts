import type { AnyTargetDriver, ImageSource, TargetSession } from '../core/driver.ts';
import { plainDecoder } from '../core/decoder.ts';
import { DriverError } from '../core/errors.ts';
import type { HostEvent } from '../core/host-api.ts';
import type { LinkSpec } from '../core/link.ts';
import type { OperationContext, OperationInput, OperationName, OperationResult } from '../core/operations.ts';
import { openLink, openSession, type Ends, type OpenedLink } from './open-link.ts';
import { Prompts } from './prompts.ts';
import { PortBus } from '../transports/port-bus.ts';
import { seatOf, type Seat } from './seat.ts';
import { WireRecorder } from './wire-recorder.ts';

/** A port that is there and does not open: held by another program, or not given to us yet by the system. */
const RETRY_MS = 500;

/** What a site is made of. */
export interface SiteParts {
  driver: AnyTargetDriver;
  images: ImageSource;
  seat: Seat;
  emit: (event: HostEvent) => void;
}

/**
 * One socket: port, control lines, and the target's session over them. Its operations queue; other sites never wait.
 * A pulled cable ends the running operation; the port is opened again when it is back in its place, and the session
 * goes on with what it knows of the part. A port that is not there yet is waited for in the same way.
 */
export class Site {
  private readonly name: string;
  private readonly spec: LinkSpec;
  private readonly parts: SiteParts;
  private readonly prompts: Prompts;
  private readonly recorder: WireRecorder;
  private readonly stopWatch: () => void;
  private lifeline: OpenedLink['lifeline'] | null = null;
  private ends: Ends | null = null;
  private session: TargetSession | null = null;
  private readonly returns = new Set<() => void>();
  private queue: Promise<unknown> = Promise.resolve();
  /** Why the link is not open; null while it is. */
  private gone: DriverError | null;
  private opening: Promise<void> | null = null;
  private retry: NodeJS.Timeout | null = null;
  private closed = false;
  private onClose: () => void = () => undefined;

  constructor(name: string, spec: LinkSpec, parts: SiteParts) {
    this.name = name;
    this.spec = spec;
    this.parts = parts;
    this.gone = new DriverError('port-missing', 'The port was not opened yet.', { chip: 'untouched' });
    this.prompts = new Prompts(name, parts.emit);
    this.recorder = new WireRecorder(
      () => parts.driver.decoder?.() ?? plainDecoder(),
      (entries, dropped) => parts.emit({ type: 'bytes', site: name, entries, dropped }),
    );
    this.stopWatch = parts.seat.onChange(() => void this.portsChanged());
  }

  /** A site on its own, with no others beside it. Rejects where its port cannot be opened now. */
  static async open(
    name: string,
    spec: LinkSpec,
    target: Pick<SiteParts, 'driver' | 'images'>,
    emit: SiteParts['emit'],
  ): Promise<Site> {
    const bus = new PortBus();
    const site = new Site(name, spec, { ...target, emit, seat: seatOf(spec, bus, () => []) });
    site.onClose = () => bus.close();
    try {
      await site.open();
    } catch (error) {
      await site.close();
      throw error;
    }
    return site;
  }

  /** The first attempt. Rejects with DriverError where the port cannot be opened; it is waited for all the same. */
  async open(): Promise<{ part: boolean | null; path: string }> {
    await this.attempt().catch((error: unknown) => {
      if (error instanceof DriverError && (error.code === 'port-busy' || this.parts.seat.isServer))
        this.later();
      throw error;
    });
    return { part: await this.presence(), path: this.ends?.path ?? this.spec.path };
  }

  get adapter(): LinkSpec['adapter'] {
    return this.spec.adapter;
  }

  watchBytes(on: boolean): void {
    this.recorder.watch(on);
  }

  answer(prompt: string): void {
    this.prompts.answer(prompt);
  }

  run<K extends OperationName>(
    operation: K,
    input: OperationInput<K>,
    context: OperationContext,
  ): Promise<OperationResult<K>> {
    const turn = this.queue.then(async () => {
      // No name comes back for a server that went away: each operation is an attempt.
      if (!this.closed && this.gone !== null && this.parts.seat.isServer) await this.tryAgain();
      if (this.closed) throw new DriverError('cancelled', 'The site was closed.');
      const { session } = this;
      if (this.gone !== null || session === null) throw this.gone ?? closedError();
      this.recorder.begin(operation);
      return this.prompts.during(context.signal, () => session.run(operation, input, context));
    });
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  /** Cancels nothing: the caller aborts first what still runs. */
  async close(): Promise<void> {
    this.closed = true;
    this.stopWatch();
    if (this.retry !== null) clearTimeout(this.retry);
    this.prompts.end(closedError());
    await this.queue;
    await this.opening?.catch(() => undefined);
    await this.session?.close();
    await this.ends?.control.close().catch(() => undefined);
    await this.lifeline?.close().catch(() => undefined);
    this.recorder.watch(false);
    this.onClose();
  }

  private presence(): Promise<boolean | null> {
    return this.ends?.control.presence() ?? Promise.resolve(null);
  }

  private attempt(): Promise<void> {
    this.opening ??= this.connect().finally(() => (this.opening = null));
    return this.opening;
  }

  /** Finds the port, opens it, and hands it to the session. */
  private async connect(): Promise<void> {
    const { driver, images, seat, emit } = this.parts;
    const path = await seat.locate((away) => emit({ type: 'cable-moved', site: this.name, ...away }));
    const help = { ask: this.prompts.ask.bind(this.prompts), relayPath: seat.relayPath };
    const opened = await openLink(driver, { ...this.spec, path }, help, this.recorder);
    if (this.closed) {
      await opened.ends.control.close();
      await opened.lifeline.close();
      throw closedError();
    }
    await this.ends?.control.close().catch(() => undefined);
    // The session keeps the object that it was given: a link that came back has new ends in it.
    this.ends = Object.assign(this.ends ?? opened.ends, opened.ends);
    this.ends.onReturn = (listener) => this.onReturn(listener);
    this.session ??= openSession(driver, this.ends, images);
    this.lifeline = opened.lifeline;
    this.gone = null;
    this.lifeline.onGone((error) => this.lost(error));
    opened.ends.control.onPresence((part) => emit({ type: 'presence', site: this.name, part }));
    for (const listener of [...this.returns]) listener();
  }

  private onReturn(listener: () => void): () => void {
    this.returns.add(listener);
    return () => void this.returns.delete(listener);
  }

  private lost(cause: Error): void {
    if (this.closed || this.gone !== null) return;
    const gone =
      cause instanceof DriverError ? cause : new DriverError('port-gone', 'The port is gone.', { cause });
    this.gone = gone;
    this.prompts.end(gone);
    this.parts.emit({ type: 'port-gone', site: this.name, error: gone.toJSON() });
    // It may be back already, before the watch could tell.
    void this.portsChanged();
  }

  private async portsChanged(): Promise<void> {
    if (this.closed) return;
    if (this.gone !== null) return this.tryAgain();
    const path = this.ends?.path ?? this.spec.path;
    // One that went meanwhile takes no second end.
    if (!(await this.parts.seat.isStillAt(path))) this.lifeline?.abandon();
  }

  /** Never rejects: what is not usable yet is tried at the next change, or after a while where none will come. */
  private async tryAgain(): Promise<void> {
    // An operation that made its own attempt may have been first: a second connection would take the place of its own.
    if (this.closed || this.gone === null || this.opening !== null) return;
    try {
      await this.attempt();
      this.parts.emit({ type: 'port-back', site: this.name, path: this.ends?.path ?? this.spec.path });
      const part = await this.presence();
      if (part !== null) this.parts.emit({ type: 'presence', site: this.name, part });
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      if (error.code === 'port-busy' || this.parts.seat.isServer) this.later();
    }
  }

  /** Another program lets go, or a server starts, without telling anybody. */
  later(): void {
    if (this.closed || this.retry !== null) return;
    this.retry = setTimeout(() => {
      this.retry = null;
      void this.tryAgain();
    }, RETRY_MS);
    this.retry.unref();
  }
}

const closedError = (): DriverError => new DriverError('cancelled', 'The site was closed.');
