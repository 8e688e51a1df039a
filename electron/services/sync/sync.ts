import { AppError } from '#contract/errors.ts';
import type { StationView, Warning } from '#contract/station.ts';
import type { SyncView } from '#contract/sync.ts';
import { openOwnLine, readLocal, sayHello } from './connection.ts';
import { createExclusive, type Exclusive } from './exclusive.ts';
import { joinError } from './join/join-error.ts';
import type { JoinParts } from './join/join.ts';
import { knownLineError } from './line/classify.ts';
import { readMembership, SETTING, type LocalSettings, type Membership } from './membership.ts';
import { keepProxy, proxyOf } from './proxy-settings.ts';
import { commonPlace } from './reconcile.ts';
import { Status } from './status.ts';
import { SyncLoop } from './sync-loop.ts';
import type { SyncParts } from './sync-parts.ts';
import { lineView, lineWarnings, syncView } from './sync-view.ts';

/** How many messages from the cloud the screen lists. */
const RECEIVED = 8;

/** The station's membership in a cloud, and the line to it. */
export class Sync {
  readonly status: Status;
  /** Taking in messages, one at a time: line, courier and people share it. */
  readonly exclusive: Exclusive;
  private readonly parts: SyncParts;
  private readonly loop: SyncLoop;
  private running: Promise<void> = Promise.resolve();

  constructor(parts: SyncParts) {
    this.parts = parts;
    this.status = new Status(parts.changed, () => parts.pace.date());
    this.exclusive = createExclusive();
    this.loop = new SyncLoop(parts, this.status, this.exclusive);
  }

  async start(): Promise<void> {
    const membership = await readMembership(this.parts.store.settings);
    // A start that died between joining and the new numbering.
    if (membership !== null && !membership.numbered) await this.number(membership, 'station');
    await this.takeSession();
    this.running = this.loop.run();
  }

  /** A station that was closed in order goes on in its session; a copy that is made while it runs finds none. */
  private async takeSession(): Promise<void> {
    const { settings } = this.parts.store;
    const kept = (await settings.get(SETTING.session)) ?? '';
    if (kept === '') return;
    this.parts.session = kept;
    await settings.set(SETTING.session, '', 'station');
  }

  async close(): Promise<void> {
    this.loop.close();
    await this.running;
    // Without a contact there is no session that anybody would wait for.
    if (this.status.lastContact !== null) await this.keepSession();
  }

  /** Where it cannot be kept, the next start waits a minute at the most: no reason not to close. */
  private async keepSession(): Promise<void> {
    const { store, session, onDefect } = this.parts;
    await store.settings.set(SETTING.session, session, 'station').catch(onDefect);
  }

  /** The store has something new. A line that rests sends nothing, and its screens count all the same. */
  notice(): void {
    this.loop.wakes.raise('rows');
    this.parts.changed();
  }

  async view(): Promise<SyncView> {
    const { store } = this.parts;
    const [membership, outbox, received, local] = await Promise.all([
      readMembership(store.settings),
      store.outbox.state(),
      store.inbox.received(RECEIVED),
      readLocal(this.parts),
    ]);
    return syncView({ status: this.status, membership, outbox, received, local });
  }

  /** For the header and the list of warnings. */
  async station(): Promise<{ line: StationView['line']; warnings: Warning[] }> {
    const { store, pace } = this.parts;
    const [membership, outbox] = await Promise.all([readMembership(store.settings), store.outbox.state()]);
    const facts = { status: this.status, membership };
    return { line: lineView(this.status, outbox), warnings: lineWarnings(facts, pace.date()) };
  }

  async joinParts(): Promise<JoinParts> {
    const { vault, authority, name, version, store, pace } = this.parts;
    const { proxy } = await readLocal(this.parts);
    return {
      ...{ vault, authority, name, version, date: () => pace.date() },
      proxy: await proxyOf({ vault, keys: store.keys }, proxy),
    };
  }

  /** Becomes a member. Another tenant than before counts its messages anew and is told everything. */
  async enter(membership: Membership, actor: string): Promise<void> {
    const before = await readMembership(this.parts.store.settings);
    const numbered = before?.tenant.id === membership.tenant.id && before.stationId === membership.stationId;
    const next = { ...membership, numbered };
    await this.exclusive(async () => {
      await this.parts.store.settings.set(SETTING.membership, JSON.stringify(next), actor);
      if (!numbered) await this.number(next, actor);
    });
    await this.loop.reload();
  }

  private async number(membership: Membership, actor: string): Promise<void> {
    const { inbox, settings } = this.parts.store;
    await inbox.reset(membership.tenant.id, actor);
    await settings.set(SETTING.policy, '', actor);
    await settings.set(SETTING.membership, JSON.stringify({ ...membership, numbered: true }), actor);
  }

  async now(): Promise<void> {
    await this.loop.reload();
  }

  async pause(paused: boolean, actor: string): Promise<void> {
    await this.parts.store.settings.set(SETTING.paused, String(paused), actor);
    await this.loop.reload();
  }

  async setLocal(wanted: LocalSettings, actor: string): Promise<void> {
    const { store, vault } = this.parts;
    const proxy = await keepProxy({ vault, keys: store.keys }, wanted.proxy, actor);
    await store.settings.set(SETTING.local, JSON.stringify({ ...wanted, proxy }), actor);
    await this.loop.reload();
  }

  /** Membership or settings were changed by a message that came another way than the line. */
  async reload(): Promise<void> {
    await this.loop.reload();
  }

  /**
   * A restored station goes on under a chain of its own, from the last place that it has in common with the cloud, and
   * with the allowance that the cloud knows to be used. Throws AppError.
   */
  async goOn(reason: string, actor: string): Promise<void> {
    const { store } = this.parts;
    const membership = await readMembership(store.settings);
    if (membership === null || membership.url === '') throw joinError('not-joined');
    try {
      await this.exclusive(() => this.beginEpoch(membership, reason, actor));
    } catch (error) {
      throw asAppError(error);
    }
    await this.loop.reload();
  }

  private async beginEpoch(membership: Membership, reason: string, actor: string): Promise<void> {
    const { outbox } = this.parts.store;
    const client = await openOwnLine(this.parts, membership);
    try {
      const theirs = await sayHello(this.parts, client, membership).then(({ place }) => place, placeOfFork);
      const { head } = await outbox.state();
      const until = Math.min(head.position, theirs.position);
      const common = { ...(await commonPlace(outbox, client, theirs.epoch, until)), epoch: theirs.epoch };
      const { place, debits } = await client.epoch({ session: this.parts.session, common, reason });
      await outbox.beginEpoch({ place, debits, actor, reason });
    } finally {
      await client.close();
    }
  }
}

/** Where the cloud stands, as it says when it refuses our place. */
function placeOfFork(error: unknown): { epoch: number; position: number } {
  const known = knownLineError(error);
  const { epoch, position } = known?.details ?? {};
  if (known?.code === 'chain-forked' && typeof epoch === 'number' && typeof position === 'number')
    return { epoch, position };
  throw error;
}

/** What a call over the line failed of, as a person reads it. Anything else stays what it is. */
export function asAppError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const known = knownLineError(error);
  return known === null ? error : new AppError(known.view, error);
}
