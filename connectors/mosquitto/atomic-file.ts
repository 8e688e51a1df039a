import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConnectorError } from '../errors.ts';

/** Readable by the broker's own user; nothing that is written here is secret. */
const MODE = 0o644;

/** The text of a file of the broker; empty when there is none yet. */
export async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return '';
    throw fileError(path, 'read', cause);
  }
}

/**
 * Puts a whole new file in the place of the old: a broker that reads at any moment sees the one or the other, also
 * after a power cut. Mode and owner of the old one stay, because the broker reads it as its own user.
 */
export async function replaceFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const fresh = `${path}.${randomUUID()}.new`;
  try {
    const old = await stat(path).catch(() => null);
    const file = await open(fresh, 'wx', old === null ? MODE : old.mode & 0o777);
    try {
      await write(file);
      if (old !== null) await adopt(file, old);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(fresh, { force: true });
    throw cause instanceof ConnectorError ? cause : fileError(path, 'written', cause);
  }
}

async function adopt(file: FileHandle, old: { mode: number; uid: number; gid: number }): Promise<void> {
  await file.chmod(old.mode & 0o777);
  const made = await file.stat();
  if (made.uid !== old.uid || made.gid !== old.gid) await file.chown(old.uid, old.gid);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A file of the broker that is not to be had, by its path. */
export function fileError(path: string, verb: 'read' | 'written', cause: unknown): ConnectorError {
  return new ConnectorError(
    'files',
    `The broker's file ${path} cannot be ${verb}. The broker goes on with what it has. Check the path and who may write there.`,
    { context: { path }, cause },
  );
}

export const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
