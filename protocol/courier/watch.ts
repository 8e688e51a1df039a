import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CourierInbox, FileFault } from './inbox.ts';
import { isPartName } from './manifest.ts';
import type { TransferState } from './transfer-state.ts';

export interface WatchOptions {
  folder: string;
  inbox: CourierInbox;
  /** A transfer is whole now. Others may have waited for it: go over `inbox.list()` in order. */
  onTransfer(state: TransferState): void | Promise<void>;
  /** A file that has a fault and has not changed for `settleMs`. Once per file and change. */
  onFault?(fault: FileFault): void;
  /** The folder is there, or is not (stick pulled out, share unmounted). */
  onFolder?(present: boolean): void;
  /** What is nobody's fault in the files: the vault is locked, the disk is full, `onTransfer` threw. Tried again later. */
  onError(error: unknown): void;
  /** Milliseconds without a change after which a file counts as copied. Default 3000. */
  settleMs?: number;
  /** Milliseconds between looks where the operating system reports nothing (network shares do not). Default 5000. */
  pollMs?: number;
}

export interface CourierWatch {
  /** Looks now, for example after a press on a button; resolves when everything found was taken in. */
  look(): Promise<void>;
  close(): Promise<void>;
}

interface SeenFile {
  stamp: string;
  /** When this stamp was first seen, by the monotonic clock. */
  since: number;
  done: boolean;
}

/** Milliseconds that events are gathered: a copy makes one per block. */
const GATHER = 100;

class FolderWatch implements CourierWatch {
  readonly #options: Required<Pick<WatchOptions, 'settleMs' | 'pollMs'>> & WatchOptions;
  readonly #seen = new Map<string, SeenFile>();
  readonly #announced = new Set<string>();
  #watcher: FSWatcher | null = null;
  /** Device and inode of the folder that is watched: a stick that comes back is another folder under the same name. */
  #identity: string | null = null;
  #present: boolean | null = null;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #closed = false;
  /** Something happened since the last look began. */
  #stirred = false;

  constructor(options: WatchOptions) {
    this.#options = { settleMs: 3_000, pollMs: 5_000, ...options };
  }

  look(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#look());
    return this.#turn;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#unwatch();
    await this.#turn;
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#stirred = false;
    try {
      await this.#follow();
      if (this.#present === true) await this.#takeAll();
      await this.#announce();
    } catch (error) {
      this.#options.onError(error);
    }
    this.#schedule(this.#nextLook());
  }

  #schedule(delay: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), delay);
  }

  /** Sooner than the next poll where a file waits to settle. */
  #nextLook(): number {
    const { settleMs, pollMs } = this.#options;
    if (this.#stirred) return GATHER;
    const waiting = [...this.#seen.values()].filter(({ done }) => !done);
    const due = waiting.map(({ since }) => since + settleMs - performance.now());
    return Math.max(GATHER, Math.min(pollMs, ...due));
  }

  /** Notices that the folder came, went, or is another one, and (re)starts the watcher. */
  async #follow(): Promise<void> {
    const found = await stat(this.#options.folder).catch(() => null);
    const identity = found?.isDirectory() === true ? `${found.dev}:${found.ino}` : null;
    if (identity !== this.#identity) {
      this.#unwatch();
      this.#seen.clear();
      this.#identity = identity;
      if (identity !== null) this.#watch();
    }
    const present = identity !== null;
    if (present !== this.#present) this.#options.onFolder?.(present);
    this.#present = present;
  }

  #watch(): void {
    try {
      this.#watcher = watch(this.#options.folder, () => {
        this.#stirred = true;
        this.#schedule(GATHER);
      });
      this.#watcher.on('error', () => this.#unwatch());
    } catch {
      // Some file systems cannot be watched, or the folder went again: polling goes on.
      this.#watcher = null;
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }

  async #takeAll(): Promise<void> {
    const { folder } = this.#options;
    const names = await readdir(folder).catch(() => []);
    const paths = names.filter(isPartName).map((name) => join(folder, name));
    for (const path of this.#seen.keys()) if (!paths.includes(path)) this.#seen.delete(path);
    for (const path of paths.sort()) if (!this.#closed) await this.#takeOne(path);
  }

  async #takeOne(path: string): Promise<void> {
    const found = await stat(path).catch(() => null);
    if (found?.isFile() !== true) return;
    const file = this.#see(path, `${found.size}:${found.mtimeMs}`);
    if (file.done) return;
    const { faults } = await this.#options.inbox.scan([path]);
    const settled = performance.now() - file.since >= this.#options.settleMs;
    // Until a file settles a fault means only that it is still being copied; some systems even show its full size.
    file.done = faults.length === 0 || settled;
    if (file.done) for (const fault of faults) this.#options.onFault?.(fault);
  }

  #see(path: string, stamp: string): SeenFile {
    const known = this.#seen.get(path);
    if (known?.stamp === stamp) return known;
    const file = { stamp, since: performance.now(), done: false };
    this.#seen.set(path, file);
    return file;
  }

  async #announce(): Promise<void> {
    const states = await this.#options.inbox.list();
    const here = new Set(states.map(({ transfer }) => transfer.transferId));
    for (const id of this.#announced) if (!here.has(id)) this.#announced.delete(id);
    for (const state of states.filter(({ complete }) => complete)) {
      const { transferId } = state.transfer;
      if (this.#closed || this.#announced.has(transferId)) continue;
      await this.#options.onTransfer(state);
      this.#announced.add(transferId);
    }
  }
}

/** Takes in courier files as they appear in a folder, until closed. A folder that is not there is waited for. */
export function watchCourier(options: WatchOptions): CourierWatch {
  const watching = new FolderWatch(options);
  void watching.look();
  return watching;
}
