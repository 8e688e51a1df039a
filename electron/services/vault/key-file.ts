import { randomBytes } from 'node:crypto';
import { chmod, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { vaultError } from './vault-errors.ts';

const KEY_BYTES = 32;
export const KEY_FILE = 'demo-master.key';

/** Makes the key file of a new demo vault, mode 0600; an existing one is never overwritten. */
export async function createKeyFile(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, KEY_FILE);
  const file = await open(path, 'wx', 0o600);
  const key = randomBytes(KEY_BYTES);
  try {
    await file.writeFile(key);
    await file.sync();
  } finally {
    await file.close();
  }
  // A umask can only take rights away: this puts the owner's back.
  await chmod(path, 0o600);
  return key;
}

/** Throws AppError `key-file-missing`, `key-file-exposed` or `vault-damaged`. */
export async function readKeyFile(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, KEY_FILE);
  const file = await open(path, 'r').catch((error: unknown) => {
    throw vaultError('key-file-missing', { path }, error);
  });
  try {
    return await readOwned(file, path);
  } finally {
    await file.close();
  }
}

/** Rights and content come from the same open file: it cannot be swapped in between. */
async function readOwned(file: FileHandle, path: string): Promise<Buffer> {
  const { mode } = await file.stat();
  // Windows has no such mode bits: there the profile folder's access list protects the file.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw vaultError('key-file-exposed', { path });
  const key = await file.readFile();
  if (key.length !== KEY_BYTES) throw vaultError('vault-damaged', { path });
  return key;
}
