import { Worker } from 'node:worker_threads';
import { StoreError } from './errors.ts';
import { CLOSE, errorFromJson, type Call, type Ready, type Reply, type WorkerOptions } from './wire.ts';

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: StoreError) => void;
}

/** The caller's end of one store thread: calls go out numbered, replies find their caller by number. */
export class StoreThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #next = 1;
  #dead: StoreError | null = null;

  private constructor(worker: Worker) {
    this.#worker = worker;
    this.#ended = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#die(new StoreError('io', 'the store is closed'));
        resolve();
      });
    });
    worker.on('error', (error) => this.#die(new StoreError('io', 'the store thread failed', {}, error)));
  }

  /** Resolves once the database is open and current; rejects with what stood against it. */
  static async start(script: URL, options: WorkerOptions): Promise<StoreThread> {
    const thread = new StoreThread(new Worker(script, { workerData: options, execArgv: [] }));
    await thread.#ready();
    return thread;
  }

  call(repository: string, method: string, args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#dead !== null) {
        reject(this.#dead);
        return;
      }
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, repository, method, args } satisfies Call);
    });
  }

  /** Calls under way end first: the thread takes messages in order. */
  async close(): Promise<void> {
    this.#worker.postMessage(CLOSE);
    await this.#ended;
  }

  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve: () => resolve(), reject });
      this.#worker.once('message', (message: Ready) => {
        this.#waiting.delete(0);
        if (!message.ready) {
          void this.#ended.then(() => reject(errorFromJson(message.error)));
          return;
        }
        this.#worker.on('message', (reply: Reply) => this.#settle(reply));
        resolve();
      });
    });
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.ok) waiting?.resolve(reply.value);
    else waiting?.reject(errorFromJson(reply.error));
  }

  #die(error: StoreError): void {
    this.#dead ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#dead);
    this.#waiting.clear();
  }
}
