import { join } from 'node:path';
import type { ErrorView } from '#contract/errors.ts';
import type { TransferView } from '#contract/sync.ts';
import { CourierInbox } from '#protocol/courier/inbox.ts';
import { CourierError } from '#protocol/courier/errors.ts';
import { FrameCollector, frameSvg, sealForQr, toFrames } from '#protocol/courier/qr.ts';
import type { Transfer } from '#protocol/courier/manifest.ts';
import { watchCourier, type CourierWatch } from '#protocol/courier/watch.ts';
import { CourierWriter } from '#protocol/courier/writer.ts';
import { readLocal } from '#services/sync/connection.ts';
import { takeDown } from '#services/sync/down/take-down.ts';
import { keyPair, readMembership, readSetting, SETTING, type Membership } from '#services/sync/membership.ts';
import type { Exclusive } from '#services/sync/exclusive.ts';
import { createExclusive } from '#services/sync/exclusive.ts';
import type { SyncParts } from '#services/sync/sync-parts.ts';
import { courierView, givenUp, notJoined, nothingToGoOn, nothingWaits } from './courier-error.ts';
import { openKeys, sealKeys } from './courier-keys.ts';
import { acknowledgedUntil, listed, readCourier, writeCourier, type CourierState } from './courier-state.ts';
import { takeTransfer } from './take-transfer.ts';
import { linesOf, loadOf, nextTransfer, type Load } from './write-transfer.ts';

export interface CourierParts {
  sync: SyncParts;
  dataDir: string;
  /** Taking in messages: shared with the line. */
  exclusive: Exclusive;
  /** Membership or settings may be others now. */
  reload: () => Promise<void>;
}

interface Writing {
  writer: CourierWriter;
  /** Given up by a person: the writer ends at the next page of records. */
  abort: AbortController;
  view: TransferView;
  load: Load;
}

export interface Written {
  transfer: TransferView;
  complete: boolean;
  files: string[];
}

interface Frames {
  until: number;
  frames: { text: string; svg: string }[];
}

/** The line's messages as files on sticks, for stations that never see a network. */
export class Courier {
  private readonly parts: CourierParts;
  private readonly inTurn = createExclusive();
  private readonly collector = new FrameCollector();
  private inbox: { of: string; inbox: CourierInbox } | null = null;
  private writing: Writing | null = null;
  /** Of the transfer that is being written or about to be. */
  private giveUp: AbortController | null = null;
  private shown: Frames | null = null;
  private watch: { folder: string; watch: CourierWatch } | null = null;

  constructor(parts: CourierParts) {
    this.parts = parts;
  }

  /** Begins or changes the watching of a folder, by the settings and the membership as they are now. */
  async follow(): Promise<void> {
    const { courierFolder } = await readLocal(this.parts.sync);
    const membership = await readMembership(this.parts.sync.store.settings);
    const folder = membership === null ? '' : courierFolder;
    const inbox = membership === null ? null : await this.inboxOf(membership);
    const same = this.watch?.folder === folder && this.inbox?.inbox === inbox;
    if (same || (folder === '' && this.watch === null)) return;
    await this.watch?.watch.close();
    this.watch = folder === '' || inbox === null ? null : { folder, watch: this.watching(folder, inbox) };
  }

  private watching(folder: string, inbox: CourierInbox): CourierWatch {
    return watchCourier({
      ...{ folder, inbox },
      onTransfer: async () => {
        await this.inTurn(() => this.takeWhole());
      },
      onFault: ({ path, error }) =>
        void this.inTurn(() => this.fault(path, error)).catch(this.parts.sync.onDefect),
      onError: (error) => this.parts.sync.onDefect(error),
    });
  }

  /** What became of a file that nobody stood in front of: it is listed like a refused transfer. */
  private async fault(path: string, error: CourierError): Promise<void> {
    const view = courierView(error);
    if (view === null || error.code === 'replay') return;
    await this.list(refused(0, { ...view, details: { ...view.details, file: path } }, this.date()));
  }

  async close(): Promise<void> {
    await this.watch?.watch.close();
    await this.writing?.writer.close();
  }

  private date(): Date {
    return this.parts.sync.pace.date();
  }

  private async member(): Promise<Membership> {
    const membership = await readMembership(this.parts.sync.store.settings);
    if (membership === null) throw notJoined();
    return membership;
  }

  private async state(membership: Membership): Promise<CourierState> {
    const { settings, outbox } = this.parts.sync.store;
    const state = await readCourier(settings, `${membership.tenant.id}/${membership.stationId}`);
    return acknowledgedUntil(state, (await outbox.state()).acknowledged.position);
  }

  private async keep(state: CourierState): Promise<void> {
    await writeCourier(this.parts.sync.store.settings, state, 'station');
    this.parts.sync.changed();
  }

  private async list(view: TransferView): Promise<void> {
    const state = await this.state(await this.member());
    await this.keep({ ...state, transfers: listed(state.transfers, view) });
  }

  async transfers(): Promise<TransferView[]> {
    const membership = await readMembership(this.parts.sync.store.settings);
    if (membership === null) return [];
    const { transfers } = await this.state(membership);
    const collecting = await this.collecting(membership);
    const now = this.writing === null ? [] : [this.writing.view];
    return [...now, ...collecting, ...transfers];
  }

  private async collecting(membership: Membership): Promise<TransferView[]> {
    const states = await (await this.inboxOf(membership)).list();
    return states
      .filter(({ complete }) => !complete)
      .map(({ transfer, have, missing }) => ({
        ...{ direction: 'down', number: transfer.number, at: transfer.madeAt, state: 'collecting' },
        ...{ records: 0, parts: have.length, bytes: 0, missing: [...missing], reason: null },
      }));
  }

  /** Writes what waits; `complete` false: the stick is full and the rest goes on another one (`goOn`). */
  write(folder: string, goOn: boolean): Promise<Written> {
    const abort = (goOn ? this.writing?.abort : null) ?? new AbortController();
    this.giveUp = abort;
    return this.inTurn(async () => {
      if (goOn && this.writing === null) throw nothingToGoOn();
      this.writing = goOn ? this.writing : await this.begin(abort);
      return this.goOn(folder);
    });
  }

  private async begin(abort: AbortController): Promise<Writing> {
    await this.writing?.writer.close();
    const { sync } = this.parts;
    const membership = await this.member();
    const load = await loadOf(sync, membership);
    if (load.records === 0 && load.head.renew === null) throw nothingWaits();
    const transfer = nextTransfer(membership, await this.state(membership), this.date());
    const view = { ...upView(transfer, load, 'writing'), records: 0 };
    const paged = (records: number): void => {
      abort.signal.throwIfAborted();
      view.records = records;
    };
    const source = { framing: 'lines' as const, lines: linesOf(sync.store.outbox, load, paged) };
    const keys = await sealKeys(sync.vault, membership);
    const options = { onPart: () => this.progress(), signal: abort.signal };
    return { writer: new CourierWriter(transfer, source, keys, options), abort, load, view };
  }

  private progress(): void {
    const { writing } = this;
    if (writing === null) return;
    const { written } = writing.writer;
    writing.view.parts = written.length;
    writing.view.bytes = written.reduce((sum, { bytes }) => sum + bytes, 0);
    this.parts.sync.changed();
  }

  private async goOn(folder: string): Promise<Written> {
    const { writing } = this;
    if (writing === null) throw nothingToGoOn();
    const before = writing.writer.written.length;
    const files = () => writing.writer.written.slice(before).map(({ path }) => path);
    try {
      const { manifest } = await writing.writer.writeTo(folder);
      this.writing = null;
      const view = { ...writing.view, records: writing.load.records };
      return { transfer: await this.wrote({ ...writing, view }, manifest), complete: true, files: files() };
    } catch (error) {
      const full = error instanceof CourierError && error.code === 'disk-full';
      if (!full || files().length === 0) throw error;
      return { transfer: writing.view, complete: false, files: files() };
    }
  }

  /** From now on its number is used. */
  private async wrote(
    { view, load }: Pick<Writing, 'view' | 'load'>,
    manifest: string,
  ): Promise<TransferView> {
    const next: TransferView = { ...view, state: 'written' };
    const state = await this.state(await this.member());
    const written = [...state.written, { number: view.number, manifest, until: load.until.position }];
    await this.keep({ ...state, written, transfers: listed(state.transfers, next) });
    // Keys may have been asked for, and the answer comes to the watched folder.
    await this.follow();
    return next;
  }

  /** Gives up what is being written, also in its midst; its number is free again. What is on sticks opens to nothing. */
  cancel(): Promise<void> {
    this.giveUp?.abort(givenUp());
    return this.inTurn(async () => {
      await this.writing?.writer.close();
      this.writing = null;
      this.parts.sync.changed();
    });
  }

  /** A small transfer as QR codes; none where it would be too large. The same codes while nothing new waits. */
  frames(): Promise<Frames['frames']> {
    return this.inTurn(async () => {
      const { sync } = this.parts;
      const membership = await this.member();
      const load = await loadOf(sync, membership);
      if (this.shown?.until === load.until.position) return this.shown.frames;
      const transfer = nextTransfer(membership, await this.state(membership), this.date());
      const source = { framing: 'lines' as const, lines: linesOf(sync.store.outbox, load) };
      const sealed = await small(sealForQr(transfer, source, await sealKeys(sync.vault, membership)));
      if (sealed?.manifest == null) return [];
      const view = { ...upView(transfer, load, 'written'), parts: 1, bytes: sealed.bytes.length };
      await this.wrote({ view, load }, sealed.manifest);
      const frames = toFrames(sealed.bytes).map((text) => ({ text, svg: frameSvg(text) }));
      this.shown = { until: load.until.position, frames };
      return frames;
    });
  }

  /** One scanned code. The transfer is taken in with the last one. */
  frame(text: string): Promise<{ have: number; total: number; transfer: TransferView | null }> {
    return this.inTurn(async () => {
      let scanned = this.collector.add(text);
      if (scanned.outcome === 'other-sequence') {
        this.collector.reset();
        scanned = this.collector.add(text);
      }
      const { have, total, sealed } = scanned;
      if (sealed === null) return { have, total, transfer: null };
      this.collector.reset();
      const inbox = await this.inboxOf(await this.member());
      await inbox.take(sealed);
      const [transfer] = await this.takeWhole();
      return { have, total, transfer: transfer ?? null };
    });
  }

  /** Takes in what a folder holds. Each file that cannot be used is named; the others are used all the same. */
  read(folder: string): Promise<{ transfers: TransferView[]; messages: string[] }> {
    return this.inTurn(async () => {
      const membership = await this.member();
      const inbox = await this.inboxOf(membership);
      const { faults } = await inbox.scan(folder);
      const transfers = await this.takeWhole();
      const messages = faults.map(
        ({ path, error }) => `${path}: ${error.message} ${error.state} ${error.next}`,
      );
      return { transfers: [...transfers, ...(await this.collecting(membership))], messages };
    });
  }

  /** New keys or a new signer make another one: whoever opens files must know them. */
  private async inboxOf(membership: Membership): Promise<CourierInbox> {
    const { sync, dataDir } = this.parts;
    const renewal = await readSetting(sync.store.settings, SETTING.renewal, keyPair);
    const asked = renewal?.courier ?? null;
    const of = JSON.stringify([membership.stationId, membership.keys.courier, membership.signers, asked]);
    if (this.inbox?.of === of) return this.inbox.inbox;
    const inbox = new CourierInbox({
      folder: join(dataDir, 'courier', 'inbox'),
      own: await openKeys(sync.vault, membership, { asked, at: this.date() }),
      lastTaken: async () => (await this.state(membership)).taken,
    });
    this.inbox = { of, inbox };
    return inbox;
  }

  /** Every transfer that is whole and next, in order. */
  private async takeWhole(): Promise<TransferView[]> {
    const done: TransferView[] = [];
    for (;;) {
      const inbox = await this.inboxOf(await this.member());
      const next = (await inbox.list()).find(({ complete, stray }) => complete && !stray);
      if (next === undefined) break;
      const view = await this.takeOne(inbox, next.transfer, next.have.length);
      done.push(view);
      if (view.state === 'refused') break;
    }
    if (done.some(({ state }) => state === 'applied')) await this.parts.reload();
    return done;
  }

  private async takeOne(inbox: CourierInbox, transfer: Transfer, parts: number): Promise<TransferView> {
    const { number, transferId } = transfer;
    try {
      const opened = await inbox.open(transferId);
      const folder = join(this.parts.dataDir, 'courier', 'files');
      const records = await takeTransfer(opened, folder, (jws, blobs) => this.takeMessage(jws, blobs));
      const view: TransferView = { ...downView(number, this.date()), state: 'applied', records, parts };
      await this.took(view, opened.manifest);
      await inbox.discard(transferId);
      return view;
    } catch (error) {
      const reason = courierView(error);
      if (reason === null) throw error;
      const view = refused(number, reason, this.date());
      await this.list(view);
      return view;
    }
  }

  private async took(view: TransferView, manifest: string): Promise<void> {
    const state = await this.state(await this.member());
    const taken = { number: view.number, manifest };
    await this.keep({ ...state, taken, transfers: listed(state.transfers, view) });
  }

  private takeMessage(jws: string, blobs: Parameters<typeof takeDown>[1]['blobs']): Promise<boolean> {
    const { sync, exclusive } = this.parts;
    return exclusive(async () => {
      const { vault, ordered, pace, store } = sync;
      const membership = await this.member();
      const taken = await takeDown(jws, {
        ...store,
        membership,
        vault,
        ordered,
        blobs,
        date: () => pace.date(),
      });
      if (taken !== null) sync.applied(taken.kind);
      return taken !== null;
    });
  }
}

function upView(
  { number, madeAt }: Pick<Transfer, 'number' | 'madeAt'>,
  { records }: Load,
  state: 'writing' | 'written',
): TransferView {
  const nothing = { parts: 0, bytes: 0, missing: [], reason: null };
  return { direction: 'up', number, at: madeAt, state, records, ...nothing };
}

function downView(number: number, at: Date): Omit<TransferView, 'state'> {
  const nothing = { records: 0, parts: 0, bytes: 0, missing: [], reason: null };
  return { direction: 'down', number, at: at.toISOString(), ...nothing };
}

function refused(number: number, reason: ErrorView, at: Date): TransferView {
  return { ...downView(number, at), state: 'refused', reason };
}

/** Null: too large for codes, which is no failure. */
async function small<T>(sealing: Promise<T>): Promise<T | null> {
  try {
    return await sealing;
  } catch (error) {
    if (error instanceof CourierError && error.code === 'too-large') return null;
    throw error;
  }
}
