import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CourierError } from './errors.ts';
import { identityOf, transferOf, type Transfer } from './manifest.ts';
import { MAX_FILE, openPart, type OpenedPart, type OpenKeys } from './open.ts';
import { HEAD_LENGTH, recognise } from './recognise.ts';
import { osCode, putWhole } from './whole-file.ts';

/** Reads a sealed file that may be anything. Throws the fault that its shape shows, or `unreadable`. */
export async function readSealed(path: string, limit: number = MAX_FILE): Promise<Buffer> {
  try {
    await checkShape(path, limit);
    return await readFile(path);
  } catch (error) {
    if (error instanceof CourierError) throw error;
    const context = { file: path, os: osCode(error) };
    throw new CourierError('unreadable', 'The courier file could not be read.', { context, cause: error });
  }
}

/** Before a file is read whole: a film on the stick must not end up in memory. */
async function checkShape(path: string, limit: number): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_LENGTH), 0, HEAD_LENGTH, 0);
    recognise(buffer.subarray(0, bytesRead), size, limit);
  } finally {
    await file.close();
  }
}

interface Kept {
  path: string;
  payload: string;
  last: boolean;
}

export interface KeptTransfer {
  transfer: Transfer;
  parts: Map<number, Kept>;
}

const fileOf = (index: number): string => `${String(index).padStart(4, '0')}.rlc`;

const foreign = ({ header }: OpenedPart): CourierError =>
  new CourierError('foreign-part', 'The courier file contradicts another part of its transfer.', {
    context: { part: header.part.index, number: header.number },
  });

/** Parts that were taken in and wait for the rest: sealed as they came, one folder per transfer. */
export class SealedParts {
  readonly #folder: string;
  readonly transfers = new Map<string, KeptTransfer>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What an earlier run left. A copy that no longer opens is removed: its stick has to come again. */
  async load(own: OpenKeys): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((found) => found.isFile())) {
      const path = join(entry.parentPath, entry.name);
      try {
        this.#book(await openPart(await readSealed(path, own.maxFileBytes), own), path);
      } catch (error) {
        if (!(error instanceof CourierError)) throw error;
        await rm(path, { force: true });
      }
    }
  }

  /** Keeps a part that was opened and believed. False where it is here already. Throws `foreign-part`, `disk-full`. */
  async add(part: OpenedPart, sealed: Buffer): Promise<boolean> {
    const { transferId, part: place } = part.header;
    const present = this.#place(part).get(place.index);
    if (present?.payload === part.sha256) return false;
    if (present !== undefined) throw foreign(part);
    const folder = join(this.#folder, transferId);
    this.#book(part, await this.#put(folder, fileOf(place.index), sealed));
    return true;
  }

  async #put(folder: string, name: string, sealed: Buffer): Promise<string> {
    try {
      await mkdir(folder, { recursive: true });
      return await putWhole(folder, name, sealed);
    } catch (cause) {
      if (!['ENOSPC', 'EDQUOT'].includes(osCode(cause))) throw cause;
      const next = 'Make room on this computer, then read the stick again.';
      const context = { needed: sealed.length };
      throw new CourierError('disk-full', 'There is no room here for what is on the stick.', {
        ...{ cause, context, next },
        state: 'The parts that were taken in before are kept.',
      });
    }
  }

  #place(part: OpenedPart): Map<number, Kept> {
    const known = this.transfers.get(part.header.transferId);
    if (known === undefined) return new Map();
    if (identityOf(known.transfer) !== identityOf(transferOf(part.header))) throw foreign(part);
    return known.parts;
  }

  #book(part: OpenedPart, path: string): void {
    const { transferId, part: place } = part.header;
    const parts = this.#place(part);
    parts.set(place.index, { path, payload: part.sha256, last: place.last });
    this.transfers.set(transferId, { transfer: transferOf(part.header), parts });
  }

  /** Forgets one part, for example a copy that the disk has damaged. */
  async drop(transferId: string, index: number): Promise<void> {
    const known = this.transfers.get(transferId)?.parts;
    const part = known?.get(index);
    known?.delete(index);
    if (part !== undefined) await rm(part.path, { force: true });
  }

  async discard(transferId: string): Promise<void> {
    if (!this.transfers.delete(transferId)) return;
    await rm(join(this.#folder, transferId), { recursive: true, force: true });
  }
}
