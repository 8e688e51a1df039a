import { createHash, randomUUID, type Hash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { digestLine, manifestText, type FileEntry, type ManifestHead } from './manifest.ts';

/** A file under way: appended to, hashed as it grows. */
export interface ExportFile {
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * A folder that appears whole or not at all: everything goes into a hidden sibling, which takes the final name last.
 * Every file is hashed as it is written and listed in `manifest.json`, which closes the folder.
 */
export class ExportFolder {
  readonly #target: string;
  readonly #temporary: string;
  readonly #manifest: FileHandle;
  readonly #digest = createHash('sha256');
  #files = 0;

  private constructor(target: string, temporary: string, manifest: FileHandle) {
    this.#target = target;
    this.#temporary = temporary;
    this.#manifest = manifest;
  }

  /** Clears what an interrupted export of the same folder left, and begins anew. */
  static async begin(target: string, folders: readonly string[]): Promise<ExportFolder> {
    const [parent, prefix] = [dirname(target), `.${basename(target)}.`];
    await mkdir(parent, { recursive: true });
    for (const name of await readdir(parent))
      if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true });
    const temporary = join(parent, `${prefix}${randomUUID()}.part`);
    await mkdir(temporary);
    for (const folder of folders) await mkdir(join(temporary, folder));
    const manifest = await open(join(temporary, 'manifest.json'), 'wx');
    await manifest.write(manifestText.begin);
    return new ExportFolder(target, temporary, manifest);
  }

  /** Writes one whole file. */
  async write(path: string, content: string | Uint8Array): Promise<void> {
    const file = await open(join(this.#temporary, path), 'wx');
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    const bytes = typeof content === 'string' ? Buffer.byteLength(content) : content.length;
    await this.#list(path, createHash('sha256').update(content), bytes);
  }

  /** Opens a file that grows line by line; it is listed when it is closed. */
  async grow(path: string): Promise<ExportFile> {
    const file = await open(join(this.#temporary, path), 'wx');
    const hash = createHash('sha256');
    let bytes = 0;
    return {
      append: async (text) => {
        hash.update(text);
        bytes += (await file.write(text)).bytesWritten;
      },
      close: async () => {
        await file.close();
        await this.#list(path, hash, bytes);
      },
    };
  }

  async #list(path: string, hash: Hash, bytes: number): Promise<void> {
    const entry: FileEntry = { path, sha256: hash.digest('hex'), bytes };
    this.#digest.update(digestLine(entry));
    await this.#manifest.write(manifestText.entry(entry, this.#files === 0));
    this.#files += 1;
  }

  /** Signs the list, makes it durable and gives the folder its name. Returns the number of files with the manifest. */
  async finish(
    head: Omit<ManifestHead, 'files' | 'filesSha256'>,
    sign: (payload: string) => Promise<string>,
  ): Promise<number> {
    const whole = { ...head, files: this.#files, filesSha256: this.#digest.digest('hex') };
    await this.#manifest.write(manifestText.end(whole, await sign(JSON.stringify(whole))));
    await this.#manifest.sync();
    await this.#manifest.close();
    await this.#takeName();
    return this.#files + 1;
  }

  /** A folder cannot replace a full one in one step: the older export steps aside under a name that is cleared later. */
  async #takeName(): Promise<void> {
    const aside = `${this.#temporary}.old`;
    const replaced = await rename(this.#target, aside).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
        throw error;
      },
    );
    await rename(this.#temporary, this.#target);
    if (replaced) await rm(aside, { recursive: true });
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.#manifest.close();
    await rm(this.#temporary, { recursive: true, force: true });
  }
}
