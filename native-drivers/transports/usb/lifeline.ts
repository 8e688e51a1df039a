import { DriverError } from '#drivers/core/errors.ts';

/** Says once that a device left, to all who listen; a device that was closed says nothing. */
export class Lifeline {
  private readonly path: string;
  private readonly listeners = new Set<(error: Error) => void>();
  private error: DriverError | null = null;
  private closed = false;

  constructor(path: string) {
    this.path = path;
  }

  /** Why nothing can be asked of the device any more; null while it can. */
  get ended(): DriverError | null {
    return this.error;
  }

  /** One that comes when the device has left already is told too. */
  onGone(listener: (error: Error) => void): () => void {
    this.listeners.add(listener);
    const { error, closed } = this;
    if (error !== null && !closed)
      queueMicrotask(() => {
        if (this.listeners.has(listener)) listener(error);
      });
    return () => void this.listeners.delete(listener);
  }

  /** The first call counts. */
  gone(cause?: unknown): DriverError {
    if (this.error !== null) return this.error;
    const context = { path: this.path };
    const error = new DriverError('port-gone', 'The USB device is gone.', { context, cause });
    this.error = error;
    for (const listener of [...this.listeners]) listener(error);
    return error;
  }

  /** False where the device is gone or closed already. */
  close(): boolean {
    if (this.closed || this.error !== null) return false;
    this.closed = true;
    this.listeners.clear();
    const context = { path: this.path };
    this.error = new DriverError('cancelled', 'The USB device was closed.', { context });
    return true;
  }
}
