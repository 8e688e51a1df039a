import { createPrivateKey, randomBytes, type KeyObject } from 'node:crypto';
import type { KeyRepository } from '#store/api.ts';
import { argon2id, type Argon2Cost } from './argon2.ts';
import { openEnvelope, sealEnvelope } from './envelope.ts';
import { createKeyFile, readKeyFile } from './key-file.ts';
import { createMaster, parseRecord, unwrapMaster, type KeySource } from './master-record.ts';
import { vaultError } from './vault-errors.ts';

/** Where the station's secrets rest. Nothing leaves it but through `withKey` and `open`. */
export interface Vault {
  readonly kind: 'demo-file' | 'passphrase';
  readonly locked: boolean;
  /** Encrypts under the master key; the envelope opens under the same purpose and id only. */
  seal(purpose: string, id: string, bytes: Uint8Array): Uint8Array;
  /** The caller wipes what it gets. Throws AppError `vault-damaged`, `vault-locked`. */
  open(purpose: string, id: string, envelope: Uint8Array): Buffer;
  /** Seals a PKCS #8 private key, writes it to the store, and wipes `pkcs8`. */
  putKey(
    id: string,
    purpose: string,
    pkcs8: Uint8Array,
    publicPart: Uint8Array | null,
    actor?: string,
  ): Promise<void>;
  /**
   * Lends a private key for one call. Unsealed once and kept, as a key that cannot be read out again, until it is
   * replaced or the vault is closed: the master key is in memory for just as long.
   * Throws AppError `key-missing`, `vault-damaged`, `vault-locked`.
   */
  withKey<T>(id: string, purpose: string, use: (key: KeyObject) => T | Promise<T>): Promise<T>;
  /** Wipes the master key and drops every unsealed one; the vault is locked from then on. */
  close(): void;
}

export type VaultSource = { kind: 'demo-file' } | { kind: 'passphrase'; passphrase: Uint8Array<ArrayBuffer> };

export interface VaultOptions {
  dataDir: string;
  keys: KeyRepository;
  source: VaultSource;
  /** Of a new vault; an existing one keeps its own. */
  cost?: Argon2Cost;
}

/** The second recommended option of RFC 9106 section 4, in one lane: 64 MiB, three passes. */
export const PASSPHRASE_COST: Argon2Cost = { memory: 65_536, passes: 3, lanes: 1 };

const MASTER = { id: 'vault/master', purpose: 'vault-master' };
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** The key that wraps the master key. Wipes the passphrase. */
function sourceKey(dataDir: string, given: VaultSource, kept: KeySource): Promise<Uint8Array> {
  if (given.kind === 'demo-file' && kept.kind === 'demo-file') return readKeyFile(dataDir);
  if (given.kind === 'passphrase' && kept.kind === 'passphrase') {
    const { salt, memory, passes, lanes } = kept;
    return argon2id({ secret: given.passphrase, salt, memory, passes, lanes, length: KEY_BYTES });
  }
  throw vaultError('vault-kind', { given: given.kind, kept: kept.kind });
}

async function createVault({ dataDir, keys, source, cost = PASSPHRASE_COST }: VaultOptions): Promise<Buffer> {
  const kept: KeySource =
    source.kind === 'demo-file'
      ? { kind: 'demo-file' }
      : { kind: 'passphrase', salt: randomBytes(SALT_BYTES), ...cost };
  const made = source.kind === 'demo-file' ? createOrReadKeyFile(dataDir) : sourceKey(dataDir, source, kept);
  const key = await made;
  const { master, record } = createMaster(key, kept);
  key.fill(0);
  await keys.put({ ...MASTER, envelope: record, publicPart: null }, 'station');
  return master;
}

/** A first start that died between key file and store leaves a key file without a vault: it is used, not replaced. */
async function createOrReadKeyFile(dataDir: string): Promise<Buffer> {
  try {
    return await createKeyFile(dataDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readKeyFile(dataDir);
  }
}

async function openMaster(options: VaultOptions): Promise<Buffer> {
  const row = await options.keys.get(MASTER.id);
  if (row === null) return createVault(options);
  const record = parseRecord(row.envelope);
  const key = await sourceKey(options.dataDir, options.source, record.source);
  try {
    return unwrapMaster(key, record);
  } finally {
    key.fill(0);
  }
}

/**
 * Opens the station's vault, or makes it on first start. Rejects with AppError `wrong-passphrase`, `vault-damaged`,
 * `vault-kind`, `key-file-exposed`, `key-file-missing`.
 */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const { keys, source } = options;
  const secret: { master: Buffer | null } = { master: await openMaster(options) };
  const unsealed = new Map<string, { purpose: string; key: KeyObject }>();
  const master = (): Buffer => {
    if (secret.master === null) throw vaultError('vault-locked');
    return secret.master;
  };
  const open: Vault['open'] = (purpose, id, envelope) => {
    const key = master();
    try {
      return openEnvelope(key, purpose, id, envelope);
    } catch (error) {
      throw vaultError('vault-damaged', { key: id, purpose }, error);
    }
  };
  return {
    kind: source.kind,
    get locked() {
      return secret.master === null;
    },
    seal: (purpose, id, bytes) => sealEnvelope(master(), purpose, id, bytes),
    open,
    async putKey(id, purpose, pkcs8, publicPart, actor = 'station') {
      const envelope = sealEnvelope(master(), purpose, id, pkcs8);
      pkcs8.fill(0);
      await keys.put({ id, purpose, envelope, publicPart }, actor);
      unsealed.delete(id);
    },
    async withKey(id, purpose, use) {
      master();
      const kept = unsealed.get(id);
      if (kept?.purpose === purpose) return use(kept.key);
      const row = await keys.get(id);
      if (row === null) throw vaultError('key-missing', { key: id });
      const key = privateKey(open(purpose, id, row.envelope));
      unsealed.set(id, { purpose, key });
      return use(key);
    },
    close() {
      unsealed.clear();
      secret.master?.fill(0);
      secret.master = null;
    },
  };
}

function privateKey(pkcs8: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  } finally {
    pkcs8.fill(0);
  }
}
