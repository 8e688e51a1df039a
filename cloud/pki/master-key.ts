import { hkdfSync, randomBytes } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { CloudError } from '#cloud/server/problem.ts';
import { openEnvelope, sealEnvelope } from '#services/vault/envelope.ts';

const KEY_BYTES = 32;

/** Seals what the database must not show. Several nodes on one database share the key. */
export interface MasterKey {
  seal(purpose: string, id: string, plain: Uint8Array): Uint8Array<ArrayBuffer>;
  /** Throws CloudError `master-key-wrong` where it was sealed by another key, or for another purpose or id. */
  open(purpose: string, id: string, sealed: Uint8Array): Buffer;
  /** A name that all holders of the key agree on without asking each other. */
  deriveUuid(label: string): string;
}

function refuse(what: string, cause?: unknown): CloudError {
  return new CloudError(
    500,
    {
      code: 'master-key-wrong',
      what,
      next: 'Give the master key that this database was made with (ROOTLINE_CLOUD_KEY_FILE).',
    },
    { cause },
  );
}

async function create(path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(randomBytes(KEY_BYTES));
    await file.sync();
  } finally {
    await file.close();
  }
}

async function read(path: string): Promise<Buffer> {
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw refuse(`The master key ${path} can be read by others.`);
  const key = await readFile(path);
  if (key.length !== KEY_BYTES) throw refuse(`The file ${path} is not a master key of ${KEY_BYTES} octets.`);
  return key;
}

function uuidOf(octets: Buffer): string {
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x80; // RFC 9562, 5.8: version 8, custom
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80;
  return octets.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Reads the master key, mode 0600; makes it where there is none. */
export async function loadMasterKey(path: string): Promise<MasterKey> {
  await create(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  const key = await read(path);
  return {
    seal: (purpose, id, plain) => sealEnvelope(key, purpose, id, plain),
    open: (purpose, id, sealed) => {
      try {
        return openEnvelope(key, purpose, id, sealed);
      } catch (cause) {
        throw refuse('What the database holds was sealed with another master key.', cause);
      }
    },
    deriveUuid: (label) => uuidOf(Buffer.from(hkdfSync('sha256', key, '', `rootline/uuid/${label}`, 16))),
  };
}
