import { setTimeout as pause } from 'node:timers/promises';
import type { CloudContext } from '#cloud/server/context.ts';
import type { Connector } from '#connectors/connector.ts';
import { OnboardingQueue, type Step } from '#connectors/queue/drive.ts';
import { connectorOf } from './connector-of.ts';
import { bookHealth } from './health.ts';
import { publishLists } from './publish-lists.ts';
import { registerCas } from './register-cas.ts';
import { TenantOnboarding } from './target-store.ts';
import type { TargetRow } from './target-view.ts';

/** How often a node looks for targets that came, went or changed, and for work of other nodes, milliseconds. */
const LOOK_MS = 1_000;

/** One target as this node drives it. */
interface Drive {
  row: TargetRow;
  connector: Connector;
  queue: OnboardingQueue;
  /** Health as booked last: written only when it turns. */
  healthy: boolean | null;
  dueAt: number;
}

/** What a connector is made of; health and pauses are not. */
function settingsOf(row: TargetRow): string {
  const { mode, url, ca, username, password, rate, crl_file, pid_file, acl_file, ca_directory } = row;
  const sealed = Buffer.from(password ?? []).toString('base64');
  return JSON.stringify([mode, url, ca, username, sealed, rate, crl_file, pid_file, acl_file, ca_directory]);
}

/** The targets of all tenants, driven one step at a time; other nodes do the same with what this one leaves. */
export class OnboardingWorker {
  readonly #context: CloudContext;
  readonly #drives = new Map<string, Drive>();

  constructor(context: CloudContext) {
    this.#context = context;
  }

  /** Works until the cloud closes. */
  async run(): Promise<void> {
    const { closing, log } = this.#context;
    while (!closing.aborted) {
      const busy = await this.round().catch((err: unknown) => {
        if (!closing.aborted) log.error({ err }, 'onboarding');
        return false;
      });
      if (!busy) await pause(LOOK_MS, undefined, { signal: closing }).catch(() => undefined);
    }
    await Promise.all([...this.#drives.values()].map(({ connector }) => connector.close()));
  }

  /** One step of every target that is due. True where there may be more at once. */
  async round(): Promise<boolean> {
    await this.#look();
    const now = Date.now();
    const due = [...this.#drives.values()].filter(({ dueAt }) => dueAt <= now);
    const busy = await Promise.all(due.map((drive) => this.#step(drive)));
    return busy.includes(true);
  }

  async #look(): Promise<void> {
    const rows = await this.#context.db
      .selectFrom('targets')
      .selectAll()
      .where('paused', '=', false)
      .execute();
    const kept = new Set(rows.map(({ id }) => id));
    for (const [id, drive] of this.#drives) {
      const now = rows.find((each) => each.id === id);
      if (kept.has(id) && now !== undefined && settingsOf(now) === settingsOf(drive.row)) {
        // Another node, or a person's check, may have found otherwise.
        drive.healthy = now.health_ok;
        continue;
      }
      this.#drives.delete(id);
      await drive.connector.close();
    }
    for (const row of rows) if (!this.#drives.has(row.id)) this.#drives.set(row.id, this.#drive(row));
  }

  #drive(row: TargetRow): Drive {
    const connector = connectorOf(this.#context, row);
    const store = new TenantOnboarding(this.#context, row.tenant_id);
    const queue = new OnboardingQueue({ store, connector, clock: () => Date.now() });
    return { row, connector, queue, healthy: row.health_ok, dueAt: 0 };
  }

  async #step(drive: Drive): Promise<boolean> {
    const published = await publishLists(this.#context, drive.row, drive.connector);
    const introduced = await registerCas(this.#context, drive.row, drive.connector);
    const step = await drive.queue.step(this.#context.closing);
    await this.#tellHealth(drive, step, published ?? introduced);
    // Another node, a revocation or a person may bring work at any time: nothing is slept through.
    const wait = Math.min(step.waitMs ?? LOOK_MS, LOOK_MS);
    drive.dueAt = Date.now() + wait;
    return step.waitMs === 0;
  }

  async #tellHealth(drive: Drive, step: Step, published: Error | null): Promise<void> {
    // Of a step that called nobody the error is an old one: another node may be through by now.
    const error = (step.claimed > 0 ? step.targetError : null) ?? published;
    if (error === null && step.claimed === 0) return;
    if (drive.healthy === (error === null)) return;
    drive.healthy = error === null;
    const sentence = error?.message ?? 'The target answers.';
    await bookHealth(this.#context, drive.row, { ok: error === null, sentence });
  }
}
