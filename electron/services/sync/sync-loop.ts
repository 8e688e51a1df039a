import { AppError } from '#contract/errors.ts';
import type { HelloAnswer } from '#protocol/line.ts';
import { policyBody } from '#protocol/down.ts';
import { openOwnLine, readLocal, sayHello } from './connection.ts';
import { takeDown, type TakeParts } from './down/take-down.ts';
import type { BlobSource } from './down/order-files.ts';
import { createBandwidth, type Bandwidth } from './line/bandwidth.ts';
import type { Exclusive } from './exclusive.ts';
import { knownLineError } from './line/classify.ts';
import { LineError, NEEDS_PERSON } from './line/line-error.ts';
import { DOWN_PAGE, type LineClient } from './line/line-client.ts';
import { readMembership, readSetting, SETTING, type Membership } from './membership.ts';
import { backOffMs, type BackOff } from './pace.ts';
import { takePlace } from './reconcile.ts';
import { renewByLine } from './renew.ts';
import type { Status } from './status.ts';
import type { SyncParts } from './sync-parts.ts';
import { requestBytes, uploadOnce } from './upload.ts';
import { Wakes, type Wake } from './wakes.ts';
import { lineCertificateEnded } from './certificate-end.ts';

/** How often the cloud is asked what there is for this station while the line is quiet, ms. */
const HELLO_MS = 30_000;
/** Safety net behind the events: how often the outbox is looked at, ms. */
const LOOK_MS = 5_000;
const RETRY: BackOff = { first: 1_000, longest: 300_000 };
/** Where a person has to do something first: tried all the same, slowly. */
const SLOW: BackOff = { first: 300_000, longest: 300_000 };
const RENEW_AGAIN_MS = 15 * 60_000;

interface Next {
  ms: number | null;
  on: readonly Wake[];
}
const UNTIL_TOLD: Next = { ms: null, on: ['now'] };

interface Open {
  membership: Membership;
  client: LineClient;
  cap: { bytesPerSecond: number; bandwidth: Bandwidth } | null;
}

/** The line: hello, what comes down, what goes up, quiet; driven by events and by nothing that merely passes time. */
export class SyncLoop {
  readonly wakes: Wakes;
  private readonly parts: SyncParts;
  private readonly status: Status;
  /** One at a time with courier and people: numbers are taken in order. */
  private readonly exclusive: Exclusive;
  private open: Open | null = null;
  private helloAt = -Infinity;
  /** On this very connection: who answers on a new one says so before anything is sent. */
  private greeted = false;
  private renewAt = -Infinity;
  private failures = 0;
  private policyPaused = false;
  private closing = false;

  constructor(parts: SyncParts, status: Status, exclusive: Exclusive) {
    this.parts = parts;
    this.status = status;
    this.exclusive = exclusive;
    this.wakes = new Wakes(parts.pace);
  }

  /** Ends after `close`. */
  async run(): Promise<void> {
    for (;;) {
      const { ms, on } = await this.turn().catch((error: unknown) => this.defect(error));
      if ((await this.wakes.wait(ms, ...on)) === 'close') break;
    }
    await this.hangUp();
  }

  close(): void {
    this.closing = true;
    this.wakes.raise('close');
    // A call under way ends at once instead of by its time-out.
    void this.hangUp();
  }

  /** Membership or settings are others now: the next turn opens a line of its own. */
  async reload(): Promise<void> {
    await this.hangUp();
    this.failures = 0;
    this.wakes.raise('now');
  }

  private async hangUp(): Promise<void> {
    const { open } = this;
    this.open = null;
    this.helloAt = -Infinity;
    await open?.client.close();
  }

  private defect(error: unknown): Next {
    this.parts.onDefect(error);
    return { ms: LOOK_MS, on: ['now'] };
  }

  private async turn(): Promise<Next> {
    const { settings } = this.parts.store;
    this.wakes.forget('now');
    const membership = await readMembership(settings);
    if (membership === null) return this.rest('none');
    if (membership.url === '') return this.rest('courier');
    if ((await settings.get(SETTING.paused)) === 'true') return this.rest('paused');
    try {
      await this.contact(membership);
      this.failures = 0;
      return { ms: Math.max(0, Math.min(LOOK_MS, this.untilHello())), on: ['rows', 'now'] };
    } catch (error) {
      if (this.closing) return UNTIL_TOLD;
      return await this.failed(error, membership);
    }
  }

  private async rest(state: 'none' | 'courier' | 'paused'): Promise<Next> {
    await this.hangUp();
    this.status.enter(state);
    return UNTIL_TOLD;
  }

  private untilHello(): number {
    return this.helloAt + HELLO_MS - this.parts.pace.now();
  }

  private async contact(membership: Membership): Promise<void> {
    const open = await this.line(membership);
    if (this.untilHello() <= 0) await this.greet(open);
    while (!this.closing && !this.policyPaused && (await this.upload(open))) {
      this.works();
      if (this.untilHello() <= 0) await this.greet(open);
    }
    this.works();
    this.status.settled();
  }

  /** Behind a failure only once what waits went up: a cloud that greets and keeps nothing is not online for a moment. */
  private works(): void {
    const state = this.policyPaused ? 'paused' : 'online';
    if (this.status.state !== state) this.status.enter(state);
  }

  private async line(membership: Membership): Promise<Open> {
    if (this.open !== null) return this.open;
    if (this.status.state !== 'online') this.status.enter('connecting', { error: this.status.error });
    const client = await openOwnLine(this.parts, membership, () => (this.greeted = false));
    this.open = { membership, client, cap: null };
    return this.open;
  }

  /** What comes down goes first: a revocation does not wait behind a month of records. */
  private async greet(open: Open): Promise<void> {
    const { parts, status } = this;
    const answer = await sayHello(parts, open.client, open.membership);
    this.heard(answer);
    await this.exclusive(() => takePlace(parts.store.outbox, answer.place));
    if (answer.downHead > (await parts.store.inbox.applied())) await this.takeAll(open);
    else status.downError = null;
    await this.readPolicy(open);
    this.helloAt = parts.pace.now();
    this.greeted = true;
    if (this.failures === 0) status.enter(this.policyPaused ? 'paused' : 'online');
    await this.renewIfDue(open, answer);
  }

  private heard({ clock }: HelloAnswer): void {
    const date = this.parts.pace.date();
    this.status.lastContact = date.toISOString();
    this.status.clockOffset = Math.round((date.getTime() - Date.parse(clock)) / 1000);
  }

  private async takeAll(open: Open): Promise<void> {
    try {
      while (await this.takePage(open));
      this.status.downError = null;
    } catch (error) {
      const view = viewOfDown(error);
      if (view === null) throw error;
      // What is not believed or cannot be kept does not stop what goes up.
      this.status.downError = view;
    }
  }

  private async takePage({ client, membership }: Open): Promise<boolean> {
    const { store, vault, ordered, pace, applied } = this.parts;
    const { messages, head } = await client.down(await store.inbox.applied(), DOWN_PAGE);
    const blobs: BlobSource = (sha256, offset) => client.blob(sha256, offset);
    const { outbox, inbox, jobs, settings } = store;
    let current = membership;
    for (const jws of messages) {
      const parts: TakeParts = {
        membership: current,
        vault,
        ordered,
        jobs,
        outbox,
        inbox,
        settings,
        blobs,
        date: () => pace.date(),
      };
      const taken = await this.exclusive(() => takeDown(jws, parts));
      if (taken !== null) applied(taken.kind);
      current = (await readMembership(settings)) ?? current;
    }
    if (this.open !== null) this.open.membership = current;
    this.status.lastContact = pace.date().toISOString();
    return messages.length > 0 && (await inbox.applied()) < head;
  }

  /** The lower of the two caps counts: a person's and the cloud's. */
  private async readPolicy(open: Open): Promise<void> {
    const { store, pace } = this.parts;
    const policy = await readSetting(store.settings, SETTING.policy, policyBody);
    const { bytesPerSecond: own } = await readLocal(this.parts);
    const caps = [own, policy?.bytesPerSecond ?? null].filter((one) => one !== null);
    const cap = caps.length === 0 ? null : Math.min(...caps);
    this.policyPaused = policy?.paused ?? false;
    if (cap === null) open.cap = null;
    else if (open.cap?.bytesPerSecond !== cap)
      open.cap = { bytesPerSecond: cap, bandwidth: createBandwidth(cap, pace) };
  }

  /** One request; false when nothing waits. */
  private async upload(open: Open): Promise<boolean> {
    const { store, pace, session } = this.parts;
    const { client, cap } = open;
    this.wakes.forget('rows');
    if ((await store.outbox.state()).waiting === 0) return false;
    if (!this.greeted) await this.greet(open);
    const { acknowledged } = await store.outbox.state();
    const speed = cap?.bytesPerSecond ?? this.status.bytesPerSecond;
    const parts = { outbox: store.outbox, client, session, cap: cap?.bandwidth ?? null, pace };
    const uploaded = await uploadOnce(parts, acknowledged, requestBytes(speed));
    await this.exclusive(() => takePlace(store.outbox, uploaded.place));
    this.status.lastContact = pace.date().toISOString();
    this.status.measured(uploaded);
    return true;
  }

  private async renewIfDue(open: Open, { renewAfter, clock }: HelloAnswer): Promise<void> {
    const { pace, onDefect } = this.parts;
    if (Date.parse(clock) < Date.parse(renewAfter) || pace.now() < this.renewAt) return;
    this.renewAt = pace.now() + RENEW_AGAIN_MS;
    try {
      const membership = await this.exclusive(() => renewByLine(this.parts, open.client, open.membership));
      await this.hangUp();
      await this.line(membership);
    } catch (error) {
      // The old certificate is still good: records go on under it, and this is tried again.
      onDefect(error);
    }
  }

  private async failed(error: unknown, membership: Membership): Promise<Next> {
    const known = knownLineError(error);
    if (known === null) this.parts.onDefect(error);
    await this.hangUp();
    const line = ended(known ?? new LineError('bad-answer', { cause: error }), membership, this.cloudTime());
    if (line.code === 'chain-forked') {
      this.status.enter('stopped', { error: line.view, decision: 'restored' });
      return UNTIL_TOLD;
    }
    this.failures += 1;
    const { random, date } = this.parts.pace;
    const person = NEEDS_PERSON.has(line.code);
    // Who says when to come back is asked again then, and not much later.
    const slow = person && line.retryAfterMs === null;
    const ms = (line.retryAfterMs ?? 0) + backOffMs(this.failures, slow ? SLOW : RETRY, random);
    const nextTryAt = new Date(date().getTime() + ms).toISOString();
    this.status.enter(person ? 'stopped' : 'offline', { error: line.view, nextTryAt });
    return { ms, on: ['now'] };
  }

  /** What the cloud's clock says, as far as it was heard: this station's own may be off. */
  private cloudTime(): Date {
    return new Date(this.parts.pace.date().getTime() - (this.status.clockOffset ?? 0) * 1000);
  }
}

/** A server that merely hangs up on a certificate which has ended: the end is what there is to say. */
function ended(error: LineError, membership: Membership, at: Date): LineError {
  const quiet = error.code === 'cut' || error.code === 'tls-revoked';
  if (!quiet || !lineCertificateEnded(membership, at)) return error;
  return new LineError('tls-expired-here', { cause: error });
}

/** A message that is to blame by itself; null: the line is. */
function viewOfDown(error: unknown) {
  if (error instanceof AppError) return error.view;
  const known = knownLineError(error);
  return known !== null && (known.code === 'disk-full' || known.code === 'bad-answer') ? known.view : null;
}
