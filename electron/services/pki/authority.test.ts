import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openVault, type Vault } from '#services/vault/vault.ts';
import type { Store } from '#store/api.ts';
import { temporaryFolder } from '#store/fixtures.ts';
import { openStore } from '#store/open.ts';
import { createAuthority } from './authority.ts';
import { newAuthority } from './pki-fixtures.ts';

let dataDir: string;
let store: Store;
let vault: Vault;

const open = async () => {
  store = await openStore({ dataDir });
  vault = await openVault({ dataDir, keys: store.keys, source: { kind: 'demo-file' } });
};
const close = async () => {
  vault.close();
  await store.close();
};
beforeEach(async () => {
  dataDir = await temporaryFolder();
  await open();
});
afterEach(async () => {
  await close();
  await rm(dataDir, { recursive: true });
});

it('is made at first start and the same after a restart', async () => {
  const first = await createAuthority(vault, store, 'Station 7');
  await close();
  await open();
  const second = await createAuthority(vault, store, 'Station 7');
  expect(Buffer.from(second.root)).toEqual(Buffer.from(first.root));
  expect(Buffer.from(second.issuerCertificate)).toEqual(Buffer.from(first.issuerCertificate));
  expect(Buffer.from(second.station)).toEqual(Buffer.from(first.station));
  expect(first.issuerName).toBe('O=Station 7, CN=Station 7 issuing CA');
});

it('finishes a first start that died after any write', async () => {
  for (let writes = 0; writes < 6; writes += 1) {
    let left = writes;
    const die = () => {
      if (left === 0) throw new Error('power cut');
      left -= 1;
    };
    const dying: Parameters<typeof createAuthority> = [
      { ...vault, putKey: (...args) => (die(), vault.putKey(...args)) },
      {
        keys: store.keys,
        settings: {
          get: (key) => store.settings.get(key),
          set: (...args) => (die(), store.settings.set(...args)),
        },
      },
      'Station 7',
    ];
    await expect((async () => createAuthority(...dying))(), `after ${writes} writes`).rejects.toThrow(
      'power cut',
    );
    const whole = await createAuthority(vault, store, 'Station 7');
    expect(() => whole.checkValidity(new Date(Date.now() + 86_400_000))).not.toThrow();
    await close();
    await rm(dataDir, { recursive: true });
    dataDir = await temporaryFolder();
    await open();
  }
});

it('refuses a certificate that is not of its key, and one of another authority', async () => {
  await createAuthority(vault, store, 'Station 7');
  const stranger = await newAuthority();
  await store.settings.set('pki.issuing-ca', stranger.issuing.toString('base64'), 'x');
  const again = createAuthority(vault, store, 'Station 7');
  await expect(again).rejects.toMatchObject({ view: { code: 'ca-key' } });
});

it('does not make a lost key anew where its certificate stands', async () => {
  const { root } = await newAuthority();
  await store.settings.set('pki.root-ca', root.toString('base64'), 'x');
  const lost = createAuthority(vault, store, 'Station 7');
  await expect(lost).rejects.toMatchObject({ view: { code: 'key-missing' } });
});
