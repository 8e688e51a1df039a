import { createPublicKey, generateKeyPairSync, sign, verify, randomBytes } from 'node:crypto';
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '#store/api.ts';
import { openStore } from '#store/open.ts';
import { temporaryFolder } from '#store/fixtures.ts';
import { KEY_FILE } from './key-file.ts';
import { openVault, type Vault } from './vault.ts';

/** The least that a record may hold: these tests are about the vault, not about the cost. */
const cost = { memory: 8192, passes: 1, lanes: 1 };
const phrase = (text: string) => new TextEncoder().encode(text);
let dataDir: string;
let store: Store;

beforeEach(async () => {
  dataDir = await temporaryFolder();
  store = await openStore({ dataDir });
});
afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true });
});

const byPassphrase = (text: string) =>
  openVault({
    ...{ dataDir, keys: store.keys, cost },
    source: { kind: 'passphrase', passphrase: phrase(text) },
  });
const byFile = () => openVault({ dataDir, keys: store.keys, source: { kind: 'demo-file' } });

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  return { pkcs8, spki: publicKey.export({ format: 'der', type: 'spki' }) };
}

describe.each([
  ['passphrase', () => byPassphrase('correct horse')],
  ['demo file', byFile],
])('a vault under a %s', (_, open: () => Promise<Vault>) => {
  it('lends a key it was given, also after a restart', async () => {
    const { pkcs8, spki } = newKey();
    const first = await open();
    await first.putKey('station', 'record-signing', pkcs8, spki);
    expect(pkcs8.every((byte) => byte === 0)).toBe(true);
    first.close();
    const vault = await open();
    const data = Buffer.from('record');
    const signature = await vault.withKey('station', 'record-signing', (key) => sign('sha256', data, key));
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(verify('sha256', data, publicKey, signature)).toBe(true);
  });

  it('lends it for no other purpose, and none it does not have', async () => {
    const vault = await open();
    await vault.putKey('station', 'record-signing', newKey().pkcs8, null);
    await expect(vault.withKey('station', 'ca-signing', () => 0)).rejects.toMatchObject({
      view: { code: 'vault-damaged' },
    });
    await expect(vault.withKey('other', 'record-signing', () => 0)).rejects.toMatchObject({
      view: { code: 'key-missing' },
    });
  });

  it('lends one that it has lent before: the new one where it was replaced, for its own purpose alone', async () => {
    const vault = await open();
    const [old, fresh] = [newKey(), newKey()];
    const lent = () =>
      vault.withKey('station', 'record-signing', (key) =>
        createPublicKey(key).export({ type: 'spki', format: 'der' }),
      );
    await vault.putKey('station', 'record-signing', old.pkcs8, null);
    expect(await lent()).toEqual(old.spki);
    expect(await lent()).toEqual(old.spki);
    await expect(vault.withKey('station', 'ca-signing', () => 0)).rejects.toMatchObject({
      view: { code: 'vault-damaged' },
    });
    await vault.putKey('station', 'record-signing', fresh.pkcs8, null);
    expect(await lent()).toEqual(fresh.spki);
    vault.close();
    await expect(lent()).rejects.toMatchObject({ view: { code: 'vault-locked' } });
  });

  it('does nothing once closed', async () => {
    const vault = await open();
    await vault.putKey('station', 'record-signing', newKey().pkcs8, null);
    vault.close();
    expect(vault.locked).toBe(true);
    expect(() => vault.seal('p', 'i', Uint8Array.of(1))).toThrow(
      expect.objectContaining({ view: expect.objectContaining({ code: 'vault-locked' }) as unknown }),
    );
    await expect(vault.withKey('station', 'record-signing', () => 0)).rejects.toMatchObject({
      view: { code: 'vault-locked' },
    });
  });
});

describe('an envelope', () => {
  it('opens to what was sealed, under its own purpose and id only', async () => {
    const vault = await byFile();
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), fc.string(), fc.string(), (bytes, purpose, id, other) => {
        const envelope = vault.seal(purpose, id, bytes);
        expect(new Uint8Array(vault.open(purpose, id, envelope))).toEqual(new Uint8Array(bytes));
        fc.pre(other !== id && other !== purpose);
        expect(() => vault.open(purpose, other, envelope)).toThrow(/damaged/);
        expect(() => vault.open(other, id, envelope)).toThrow(/damaged/);
      }),
    );
    expect(() => vault.open('ab', 'c', vault.seal('a', 'bc', Uint8Array.of(1)))).toThrow(/damaged/);
  });

  it('does not open with any one bit flipped, or cut short', async () => {
    const vault = await byFile();
    const envelope = vault.seal('p', 'i', randomBytes(32));
    for (let bit = 0; bit < envelope.length * 8; bit++) {
      const flipped = envelope.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => vault.open('p', 'i', flipped)).toThrow(/damaged/);
    }
    for (let length = 0; length < envelope.length; length++) {
      expect(() => vault.open('p', 'i', envelope.subarray(0, length))).toThrow(/damaged/);
    }
  });

  it('swapped with another in the store is not taken for it', async () => {
    const vault = await byFile();
    await vault.putKey('a', 'ca-signing', newKey().pkcs8, null);
    await vault.putKey('b', 'ca-signing', newKey().pkcs8, null);
    const b = await store.keys.get('b');
    await store.keys.put({ ...b!, id: 'a' }, '301');
    await expect(vault.withKey('a', 'ca-signing', () => 0)).rejects.toMatchObject({
      view: { code: 'vault-damaged', details: { key: 'a' } },
    });
  });
});

describe('opening a vault', () => {
  const damage = async (change: (bytes: Uint8Array) => void) => {
    const row = await store.keys.get('vault/master');
    change(row!.envelope);
    await store.keys.put(row!, '301');
  };

  it('tells a wrong passphrase from damage, and wipes the passphrase', async () => {
    (await byPassphrase('correct horse')).close();
    await expect(byPassphrase('correct horze')).rejects.toMatchObject({
      view: { code: 'wrong-passphrase', retry: true },
    });
    const passphrase = phrase('correct horse');
    const source = { kind: 'passphrase', passphrase } as const;
    (await openVault({ dataDir, keys: store.keys, source })).close();
    expect(passphrase.every((byte) => byte === 0)).toBe(true);
    await damage((bytes) => (bytes[bytes.length - 20]! ^= 1));
    await expect(byPassphrase('correct horse')).rejects.toMatchObject({ view: { code: 'vault-damaged' } });
  });

  it('refuses another kind of master key than it was made with', async () => {
    (await byPassphrase('correct horse')).close();
    await expect(byFile()).rejects.toMatchObject({ view: { code: 'vault-kind' } });
  });

  it('keeps the key file to its owner and refuses it otherwise', async () => {
    (await byFile()).close();
    const path = join(dataDir, KEY_FILE);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    for (const mode of [0o640, 0o604, 0o644]) {
      await chmod(path, mode);
      await expect(byFile()).rejects.toMatchObject({ view: { code: 'key-file-exposed' } });
    }
  });

  it('never replaces a lost or changed key file', async () => {
    (await byFile()).close();
    const path = join(dataDir, KEY_FILE);
    await writeFile(path, randomBytes(32));
    await expect(byFile()).rejects.toMatchObject({ view: { code: 'vault-damaged' } });
    await rm(path);
    await expect(byFile()).rejects.toMatchObject({ view: { code: 'key-file-missing' } });
  });

  it('goes on where a first start died between key file and store', async () => {
    await writeFile(join(dataDir, KEY_FILE), randomBytes(32), { mode: 0o600 });
    (await byFile()).close();
    (await byFile()).close();
  });
});

it('no key, secret or passphrase stands in clear in any file of the data folder', async () => {
  const vault = await byPassphrase('correct horse battery staple');
  const { pkcs8 } = newKey();
  const copy = Buffer.from(pkcs8);
  await vault.putKey('station', 'record-signing', pkcs8, null);
  await vault.withKey('station', 'record-signing', () => 0);
  const secret = Buffer.from('a secret of thirty-two bytes....');
  await store.settings.set('sealed', Buffer.from(vault.seal('p', 'i', secret)).toString('latin1'), '301');
  await store.close();
  // The 32 bytes of the private scalar stand at offset 36 of a P-256 PKCS #8 key (RFC 5915 in RFC 5958).
  const needles = [copy.subarray(36, 68), secret, Buffer.from('correct horse battery staple')];
  const files = (await readdir(dataDir, { recursive: true })).map((name) => join(dataDir, name));
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    const content = await readFile(file);
    for (const needle of needles) {
      for (const form of [needle, ...(['hex', 'base64'] as const).map((form) => needle.toString(form))]) {
        expect(content.includes(form), file).toBe(false);
      }
    }
  }
  store = await openStore({ dataDir });
});
