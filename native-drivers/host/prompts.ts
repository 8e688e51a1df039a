import { randomUUID } from 'node:crypto';
import { DriverError } from '../core/errors.ts';
import type { HostEvent, PromptRequest } from '../core/host-api.ts';

interface Open {
  resolve(): void;
  reject(error: unknown): void;
}

/** Questions to the person at one site. A question ends with the operation that asked it. */
export class Prompts {
  private readonly site: string;
  private readonly emit: (event: HostEvent) => void;
  private readonly open = new Map<string, Open>();
  /** Why nothing may be asked: nobody is at work, or what is at work was cancelled. */
  private refused: DriverError | null = over();

  constructor(site: string, emit: (event: HostEvent) => void) {
    this.site = site;
    this.emit = emit;
  }

  /** Resolves when the person says that it is done. Rejects with what ended the operation. */
  async ask(request: PromptRequest): Promise<void> {
    if (this.refused !== null) throw this.refused;
    const id = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.open.set(id, { resolve: () => resolve(undefined), reject });
    this.emit({ type: 'prompt', site: this.site, id, request });
    try {
      await promise;
    } finally {
      this.open.delete(id);
      this.emit({ type: 'prompt-over', site: this.site, id });
    }
  }

  /** Rejects with `bad-argument` for a question that is over. */
  answer(id: string): void {
    const open = this.open.get(id);
    if (open === undefined)
      throw new DriverError('bad-argument', 'Nobody asks this any more.', {
        chip: 'untouched',
        context: { site: this.site },
      });
    open.resolve();
  }

  /** Lets an operation ask while it lasts. */
  async during<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    this.refused = signal.aborted ? over() : null;
    const abort = () => this.end(over());
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await work();
    } finally {
      signal.removeEventListener('abort', abort);
      this.end(over());
    }
  }

  /** What is asked now is rejected with this, and so is what would be asked next. */
  end(error: DriverError): void {
    this.refused = error;
    for (const open of [...this.open.values()]) open.reject(error);
  }
}

const over = (): DriverError =>
  new DriverError('cancelled', 'Nobody waits for the person at the fixture any more.');
