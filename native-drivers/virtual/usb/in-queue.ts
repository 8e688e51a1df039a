/** Bytes that wait for a host's IN transfer. What is beyond `most` is lost. */
export class InQueue {
  private readonly most: number;
  private held: Buffer = Buffer.alloc(0);
  private wake: (() => void) | null = null;

  constructor(most: number) {
    this.most = most;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.held = Buffer.concat([this.held, bytes]).subarray(0, this.most);
    this.wake?.();
  }

  clear(): void {
    this.held = Buffer.alloc(0);
  }

  /** Waits until there are some; at most `length`. Rejects with the signal's reason. */
  async take(length: number, signal: AbortSignal): Promise<Uint8Array> {
    while (this.held.length === 0) await this.next(signal);
    const taken = this.held.subarray(0, length);
    this.held = this.held.subarray(taken.length);
    return taken;
  }

  private next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const abort = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      this.wake = () => {
        this.wake = null;
        signal.removeEventListener('abort', abort);
        resolve();
      };
    });
  }
}
