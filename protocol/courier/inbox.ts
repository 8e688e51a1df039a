import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkAll, clearOf, linesOf, unchanged, type CheckedTransfer } from './assemble.ts';
import { CourierError } from './errors.ts';
import { isPartName, type Party } from './manifest.ts';
import { openPart, type OpenedPart, type OpenKeys } from './open.ts';
import { refuseReplay, refuseUnlessNext, type LastTaken } from './order.ts';
import { readSealed, SealedParts } from './sealed-parts.ts';
import { refuseUnlessWhole, statesOf, type TransferState } from './transfer-state.ts';
import { osCode } from './whole-file.ts';

export interface InboxOptions {
  /** Working folder for sealed parts. One inbox at a time has it. */
  folder: string;
  own: OpenKeys;
  /** The transfer of this sender that was taken in last, from wherever that is kept; null before the first. */
  lastTaken(from: Party): Promise<LastTaken | null>;
}

export interface FileFault {
  path: string;
  error: CourierError;
}

export interface Scan {
  transfers: readonly TransferState[];
  faults: readonly FileFault[];
  /** Parts that were new, and parts that were here already. */
  taken: number;
  duplicates: number;
}

/** A transfer that was checked from its first to its last byte. Nothing of it was applied yet. */
export interface OpenedTransfer extends CheckedTransfer {
  /** Second pass, for `lines`. May be iterated once or several times. */
  messages(): AsyncGenerator<string>;
  /** Second pass, for `bytes` (or lines as they stand). */
  bytes(): AsyncGenerator<Buffer>;
}

/** Courier files come in here, from any number of sticks in any order; whole transfers go out. */
export class CourierInbox {
  readonly #options: InboxOptions;
  readonly #parts: SealedParts;
  #loaded = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#parts = new SealedParts(options.folder);
  }

  /** Takes in what is new in a folder (files that end in .rlc) or in a list of files. Faults are collected, not thrown. */
  scan(source: string | readonly string[]): Promise<Scan> {
    return this.#inTurn(async () => {
      const faults: FileFault[] = [];
      const counts = { taken: 0, duplicates: 0 };
      for (const path of typeof source === 'string' ? await courierFiles(source) : source) {
        const outcome = await this.#takeFile(path);
        if (outcome instanceof CourierError) faults.push({ path, error: outcome });
        else counts[outcome] += 1;
      }
      return { transfers: statesOf(this.#parts.transfers.values()), faults, ...counts };
    });
  }

  /** Takes in one sealed part that is in memory, for example from QR codes. */
  take(sealed: Uint8Array): Promise<'taken' | 'duplicates'> {
    return this.#inTurn(() => this.#take(Buffer.from(sealed)));
  }

  /** What is here, by sender and number. */
  list(): Promise<TransferState[]> {
    return this.#inTurn(() => Promise.resolve(statesOf(this.#parts.transfers.values())));
  }

  /**
   * Checks a transfer from its first to its last byte and its place among the sender's. Throws `missing-part`, `gap`,
   * `replay`, `other-history`, `foreign-part` or what is wrong with a file; nothing was handed out then.
   */
  open(transferId: string): Promise<OpenedTransfer> {
    return this.#inTurn(async () => {
      const state = statesOf(this.#parts.transfers.values()).find(
        ({ transfer }) => transfer.transferId === transferId,
      );
      if (state === undefined) throw new TypeError('No part of this transfer is here');
      refuseUnlessWhole(state);
      refuseUnlessNext(state.transfer, await this.#options.lastTaken(state.transfer.from));
      const checked = await checkAll(this.#reopen(transferId, state.have));
      return this.#opened(checked);
    });
  }

  /** Removes the sealed copies: after a transfer was applied, or when it is given up. */
  discard(transferId: string): Promise<void> {
    return this.#inTurn(() => this.#parts.discard(transferId));
  }

  /** One thing at a time: two sticks that are read at once must not write one file. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(async () => {
      if (!this.#loaded) await this.#parts.load(this.#options.own);
      this.#loaded = true;
      return act();
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #takeFile(path: string): Promise<'taken' | 'duplicates' | CourierError> {
    try {
      return await this.#take(await readSealed(path, this.#options.own.maxFileBytes));
    } catch (error) {
      if (error instanceof CourierError && error.code !== 'disk-full') return error;
      throw error;
    }
  }

  async #take(sealed: Buffer): Promise<'taken' | 'duplicates'> {
    const part = await openPart(sealed, this.#options.own);
    refuseReplay(part.header, await this.#options.lastTaken(part.header.from));
    return (await this.#parts.add(part, sealed)) ? 'taken' : 'duplicates';
  }

  async *#reopen(transferId: string, indices: readonly number[]): AsyncGenerator<OpenedPart> {
    for (const index of indices) yield await this.#reopenOne(transferId, index);
  }

  async #reopenOne(transferId: string, index: number): Promise<OpenedPart> {
    const path = this.#parts.transfers.get(transferId)?.parts.get(index)?.path;
    if (path === undefined) throw new TypeError('This transfer was discarded while it was read');
    try {
      const { own } = this.#options;
      return await openPart(await readSealed(path, own.maxFileBytes), own);
    } catch (error) {
      // A damaged copy must not stand in the way of a good one from the stick.
      if (error instanceof CourierError) await this.#parts.drop(transferId, index);
      throw error;
    }
  }

  async *#again({ transfer, payloads }: CheckedTransfer): AsyncGenerator<OpenedPart> {
    for (const [at, payload] of payloads.entries())
      yield unchanged(await this.#reopenOne(transfer.transferId, at + 1), payload);
  }

  #opened(checked: CheckedTransfer): OpenedTransfer {
    const again = (): AsyncGenerator<OpenedPart> => this.#again(checked);
    const flatten = async function* <T>(read: (part: OpenedPart) => AsyncGenerator<T>): AsyncGenerator<T> {
      for await (const part of again()) yield* read(part);
    };
    return { ...checked, messages: () => flatten(linesOf), bytes: () => flatten(clearOf) };
  }
}

async function courierFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && isPartName(entry.name))
      .map(({ name }) => join(folder, name))
      .sort();
  } catch (cause) {
    const context = { folder, os: osCode(cause) };
    throw new CourierError('unreadable', 'The folder could not be read.', { context, cause });
  }
}
