import type { AnyTargetDriver, ImageSource, TargetSession } from '../core/driver.ts';
import { DriverError } from '../core/errors.ts';
import type { HostEvent } from '../core/host-api.ts';
import type { LinkSpec } from '../core/link.ts';
import type { OperationContext, OperationInput, OperationName, OperationResult } from '../core/operations.ts';
import { pathExists, watchPath } from '../transports/path-watch.ts';
import { isTcp } from '../transports/tcp.ts';
import { openLink, openSession, type OpenedLink } from './open-link.ts';

/**
 * One socket: port, control lines, and the target's session over them. Its operations queue; other sites never wait.
 * A pulled cable ends the running operation; the port is opened again when its name comes back, and the session goes
 * on with what it knows of the part.
 */
export class Site {
  private readonly name: string;
  private readonly spec: LinkSpec;
  private readonly driver: AnyTargetDriver;
  private readonly emit: (event: HostEvent) => void;
  private lifeline: OpenedLink['lifeline'];
  private readonly link: OpenedLink['ends'];
  private readonly session: TargetSession;
  private readonly stopWatch: () => void;
  private queue: Promise<unknown> = Promise.resolve();
  private gone: DriverError | null = null;
  private reopening = false;
  private closed = false;

  private constructor(
    name: string,
    spec: LinkSpec,
    opened: OpenedLink,
    target: { driver: AnyTargetDriver; images: ImageSource },
    emit: (event: HostEvent) => void,
  ) {
    this.name = name;
    this.spec = spec;
    this.driver = target.driver;
    this.emit = emit;
    this.lifeline = opened.lifeline;
    this.link = { ...opened.ends };
    this.session = openSession(target.driver, this.link, target.images);
    this.stopWatch = watchPath(spec.path, () => this.pathChanged());
    this.listen();
  }

  static async open(
    name: string,
    spec: LinkSpec,
    target: { driver: AnyTargetDriver; images: ImageSource },
    emit: (event: HostEvent) => void,
  ): Promise<Site> {
    return new Site(name, spec, await openLink(target.driver, spec), target, emit);
  }

  presence(): Promise<boolean | null> {
    return this.link.control.presence();
  }

  run<K extends OperationName>(
    operation: K,
    input: OperationInput<K>,
    context: OperationContext,
  ): Promise<OperationResult<K>> {
    const turn = this.queue.then(async () => {
      // No name comes back for a server that went away: each operation is an attempt.
      if (!this.closed && this.gone !== null && isTcp(this.spec.path)) await this.reopen();
      if (this.closed) throw new DriverError('cancelled', 'The site was closed.');
      if (this.gone !== null) throw this.gone;
      return this.session.run(operation, input, context);
    });
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  /** Cancels nothing: the caller aborts first what still runs. */
  async close(): Promise<void> {
    this.closed = true;
    this.stopWatch();
    await this.queue;
    await this.session.close();
    await this.link.control.close().catch(() => undefined);
    await this.lifeline.close().catch(() => undefined);
  }

  private listen(): void {
    this.lifeline.onGone((error) => this.lost(error));
    this.link.control.onPresence((part) => this.emit({ type: 'presence', site: this.name, part }));
  }

  private lost(cause: Error): void {
    if (this.closed || this.gone !== null) return;
    const gone =
      cause instanceof DriverError ? cause : new DriverError('port-gone', 'The port is gone.', { cause });
    this.gone = gone;
    this.emit({ type: 'port-gone', site: this.name, error: gone.toJSON() });
    // It may be back already, before the watch could tell.
    this.pathChanged();
  }

  private pathChanged(): void {
    if (this.closed) return;
    const exists = pathExists(this.spec.path);
    if (this.gone === null && !exists) this.lifeline.abandon();
    else if (this.gone !== null && exists && !this.reopening) void this.reopen();
  }

  private async reopen(): Promise<void> {
    this.reopening = true;
    try {
      const opened = await openLink(this.driver, this.spec);
      await this.link.control.close().catch(() => undefined);
      this.lifeline = opened.lifeline;
      Object.assign(this.link, opened.ends);
      this.gone = null;
      this.listen();
      this.emit({ type: 'port-back', site: this.name, path: this.spec.path });
      const part = await this.presence();
      if (part !== null) this.emit({ type: 'presence', site: this.name, part });
    } catch (error) {
      // Not usable yet: the next change of its name is the next attempt.
      if (!(error instanceof DriverError)) throw error;
    } finally {
      this.reopening = false;
    }
  }
}
