import type { CourierSource } from './blocks.ts';
import { CourierError } from './errors.ts';
import type { Transfer } from './manifest.ts';
import { sealedParts, type SealedPart } from './part.ts';
import type { SealKeys } from './seal.ts';
import { freeBytes, osCode, putWhole } from './whole-file.ts';

export interface WriterOptions {
  /** Octets of a part. Default 4 MiB. */
  maxPartBytes?: number;
  /** Octets that stay free on every medium. Default 1 MiB. */
  keepFreeBytes?: number;
  /** After each part that is whole on its medium. */
  onPart?(part: WrittenPart): void;
  signal?: AbortSignal;
}

export interface WrittenPart {
  path: string;
  index: number;
  bytes: number;
  lines: number;
}

export interface WrittenTransfer {
  transferId: string;
  number: number;
  /** SHA-256 of the manifest: `previous` of the next transfer to this addressee. */
  manifest: string;
  parts: readonly WrittenPart[];
  lines: number;
}

const KEEP_FREE = 1024 * 1024;
/** What the operating systems answer where a medium is full (quota included) or takes no file of that size. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * Writes one transfer, to one stick or to several: `writeTo` goes on until the source ends or the medium is full
 * (`disk-full`); called again with another folder, it continues with the very part that found no room.
 */
export class CourierWriter {
  readonly #transfer: Omit<Transfer, 'framing'>;
  readonly #parts: AsyncGenerator<SealedPart, undefined>;
  readonly #options: WriterOptions;
  readonly #written: WrittenPart[] = [];
  #waiting: SealedPart | null = null;
  #manifest: string | null = null;

  constructor(
    transfer: Omit<Transfer, 'framing'>,
    source: CourierSource,
    keys: SealKeys,
    options: WriterOptions = {},
  ) {
    this.#transfer = transfer;
    this.#options = options;
    this.#parts = sealedParts(transfer, source, keys, options.maxPartBytes);
  }

  /** Parts that are whole on some medium. */
  get written(): readonly WrittenPart[] {
    return this.#written;
  }

  async writeTo(folder: string): Promise<WrittenTransfer> {
    while (this.#manifest === null) {
      this.#options.signal?.throwIfAborted();
      const part = await this.#next();
      await this.#checkRoom(folder, part);
      const path = await this.#put(folder, part);
      this.#book(path, part);
    }
    const { transferId, number } = this.#transfer;
    const lines = this.#written.reduce((sum, part) => sum + part.lines, 0);
    return { transferId, number, manifest: this.#manifest, parts: this.#written, lines };
  }

  /** Ends the source where a transfer is given up. Parts that are written stay; without the others they open nothing. */
  async close(): Promise<void> {
    this.#waiting = null;
    await this.#parts.return(undefined);
  }

  async #next(): Promise<SealedPart> {
    if (this.#waiting !== null) return this.#waiting;
    const { value, done } = await this.#parts.next();
    // After an error in the source the generator is at its end, and what it has given is not the whole transfer.
    if (done === true) throw new TypeError('The source of this transfer failed or was closed before');
    this.#waiting = value;
    return value;
  }

  async #checkRoom(folder: string, part: SealedPart): Promise<void> {
    const free = await freeBytes(folder);
    if (free - part.bytes.length < (this.#options.keepFreeBytes ?? KEEP_FREE)) throw this.#full(part, free);
  }

  async #put(folder: string, part: SealedPart): Promise<string> {
    try {
      return await putWhole(folder, part.name, part.bytes);
    } catch (error) {
      throw FULL.has(osCode(error)) ? this.#full(part, null, error) : error;
    }
  }

  #full(part: SealedPart, free: number | null, cause?: unknown): CourierError {
    const whole = this.#written.length;
    const what = `There is no room on the stick for part ${part.index}; ${whole} parts are written.`;
    const context = { whole, part: part.index, needed: part.bytes.length, free };
    return new CourierError('disk-full', what, { context, cause });
  }

  #book(path: string, { index, bytes, lines, manifest }: SealedPart): void {
    const written = { path, index, bytes: bytes.length, lines };
    this.#written.push(written);
    this.#waiting = null;
    this.#manifest = manifest;
    this.#options.onPart?.(written);
  }
}
