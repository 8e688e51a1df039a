import { Worker } from 'node:worker_threads';
import { FleetError, type FleetErrorCode } from './fleet-error.ts';
import type { FleetOrder, FleetReport, FleetShare } from './fleet-messages.ts';

/** One thread of a fleet, told one thing at a time. */
export class FleetThread {
  readonly #worker: Worker;
  readonly #onReport: (report: FleetReport) => void;
  #waiting: PromiseWithResolvers<void> | null = null;
  #death: FleetError | null = null;

  constructor(share: FleetShare, onReport: (report: FleetReport) => void) {
    this.#onReport = onReport;
    this.#worker = new Worker(new URL('./fleet-worker.ts', import.meta.url), {
      workerData: share,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#worker.on('message', (report: FleetReport) => this.#take(report));
    this.#worker.on('error', (cause) =>
      this.#die(new FleetError('worker', 'A thread of the fleet died.', cause)),
    );
    this.#worker.on('exit', () => this.#die(new FleetError('worker', 'A thread of the fleet ended.')));
  }

  /** Resolves when the order is carried out. */
  tell(order: FleetOrder): Promise<void> {
    if (this.#death !== null) return Promise.reject(this.#death);
    this.#waiting = Promise.withResolvers();
    this.#worker.postMessage(order);
    return this.#waiting.promise;
  }

  /** Cuts the present order short. */
  stop(): void {
    this.#worker.postMessage({ order: 'stop' } satisfies FleetOrder);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(report: FleetReport): void {
    if (report.report === 'done') this.#waiting?.resolve();
    else if (report.report === 'failed')
      this.#waiting?.reject(new FleetError(report.code as FleetErrorCode, report.message));
    else this.#onReport(report);
  }

  #die(error: FleetError): void {
    this.#death ??= error;
    this.#waiting?.reject(this.#death);
  }
}
