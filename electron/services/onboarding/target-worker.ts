import type { OnboardingTargetView } from '#contract/sync.ts';
import type { Connector } from '#connectors/connector.ts';
import { ConnectorError } from '#connectors/errors.ts';
import { OnboardingQueue, type Step } from '#connectors/queue/drive.ts';
import { runQueue } from '#connectors/queue/run.ts';
import type { Pace } from '#services/sync/pace.ts';
import { Wakes } from '#services/sync/wakes.ts';
import { ListAtTarget, type ListParts } from './list-at-target.ts';
import type { StationWork } from './work-store.ts';

export interface WorkerParts {
  connector: Connector;
  work: StationWork;
  /** The station's own authority, DER, the issuing CA first; and its list of revoked certificates. */
  certificates: Uint8Array[];
  crl: ListParts['crl'];
  pace: Pace;
  changed: () => void;
  onDefect: (error: unknown) => void;
}

/** How soon a list that a target did not take is tried again, milliseconds. */
const LIST_MS = 10_000;

/** Registers the units of this station at one target, one batch after the other, until it is closed. */
export class TargetWorker {
  health: OnboardingTargetView['health'] = null;
  private readonly parts: WorkerParts;
  private readonly queue: OnboardingQueue;
  private readonly wakes: Wakes;
  private readonly stop = new AbortController();
  private running: Promise<void> | null = null;
  private readonly list: ListAtTarget;

  constructor(parts: WorkerParts) {
    this.parts = parts;
    const { connector, work, pace } = parts;
    this.wakes = new Wakes(pace);
    this.list = new ListAtTarget({
      ...{ connector, crl: parts.crl },
      thrownOutAgain: () => work.thrownOutAgain(connector.id),
    });
    work.beforeTelling = () => this.publish();
    this.queue = new OnboardingQueue({
      ...{ store: work, connector, random: () => pace.random() },
      clock: () => pace.date().getTime(),
    });
  }

  start(): void {
    this.running ??= this.run().catch((error: unknown) => this.parts.onDefect(error));
  }

  /** Units passed, were revoked, or dead letters are to be tried again. */
  wake(): void {
    this.wakes.raise('rows');
  }

  async check(): Promise<void> {
    const { ok, sentence: text } = await this.parts.connector.check();
    this.tell(ok, text);
    if (ok) this.queue.resume();
    this.wake();
  }

  async close(): Promise<void> {
    this.stop.abort();
    this.wakes.raise('close');
    await this.running;
    await this.parts.connector.close();
  }

  private tell(ok: boolean, text: string): void {
    this.health = { ok, text, at: this.parts.pace.date().toISOString() };
    this.parts.changed();
  }

  private async run(): Promise<void> {
    await this.introduce();
    await runQueue(this.queue, {
      signal: this.stop.signal,
      wait: async (ms) => {
        await this.wakes.wait(this.list.failure === null ? ms : Math.min(ms ?? LIST_MS, LIST_MS), 'rows');
      },
      onStep: (step) => this.stepped(step),
      onError: (error) => this.failed(error),
    });
  }

  /** Tells the CA where that is the way; a target that is away is asked again when something happens. */
  private async introduce(): Promise<void> {
    const { connector, certificates } = this.parts;
    while (connector.capabilities.registersCa && !this.stop.signal.aborted) {
      try {
        // The list first: a broker that asks for lists refuses every device of a CA without one.
        await this.publish();
        await connector.registerCa({ certificates }, this.stop.signal);
        return;
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        this.tell(false, error.message);
        if (error.retry === 'never') return;
      }
      await this.wakes.wait(60_000, 'rows');
    }
  }

  private async publish(): Promise<void> {
    await this.list.publish(this.stop.signal);
    if (this.list.failure !== null && !this.stop.signal.aborted) this.tell(false, this.list.failure);
  }

  /** What a target refuses is on its screen already; anything else is a defect of ours. */
  private failed(error: unknown): void {
    if (!(error instanceof ConnectorError)) this.parts.onDefect(error);
  }

  private stepped({ claimed, targetError }: Step): void {
    if (targetError !== null) this.tell(false, targetError.message);
    else if (claimed > 0 && this.list.failure === null) this.tell(true, 'Registers devices.');
  }
}
