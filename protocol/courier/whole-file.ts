import { open, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Puts a file into a folder whole or not at all: under a temporary name, flushed to the medium, then renamed over what
 * stood there. A crash leaves at most a file that begins with a dot.
 */
export async function putWhole(folder: string, name: string, bytes: Uint8Array): Promise<string> {
  const temporary = join(folder, `.${name}.tmp`);
  const path = join(folder, name);
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
  return path;
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; it writes a rename through by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Octets that may still be written to the medium of a folder; Infinity where its file system does not tell. */
export async function freeBytes(folder: string): Promise<number> {
  const { blocks, bavail, bsize } = await statfs(folder);
  return blocks === 0 ? Infinity : bavail * bsize;
}

/** The `code` of an error of the operating system, or an empty text. */
export function osCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
