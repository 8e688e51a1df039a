import { createHash, X509Certificate } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAuthority, type Authority } from '#services/pki/authority.ts';
import { normalSerial, readCrl, type CrlFacts } from '#services/pki/crl-read.ts';
import { openVault, type Vault } from '#services/vault/vault.ts';
import type { Store } from '#store/api.ts';
import { deviceCertificates } from '#store/certificate-fixtures.ts';
import { openBatch, temporaryFolder } from '#store/fixtures.ts';
import { openStore } from '#store/open.ts';
import { signedUnit } from '#store/outbox-fixtures.ts';
import { RevocationList } from './revocation-list.ts';

let folder: string;
let store: Store;
let vault: Vault;
let authority: Authority;
let list: RevocationList;
let now: Date;

beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openStore({ dataDir: folder });
  vault = await openVault({ dataDir: folder, keys: store.keys, source: { kind: 'demo-file' } });
  authority = await createAuthority(vault, store, 'Line 3');
  now = new Date();
  const onDefect = (error: unknown) => {
    throw error;
  };
  list = new RevocationList({ store, vault, authority, pace: { date: () => now }, onDefect });
});
afterEach(async () => {
  vault.close();
  await store.close();
  await rm(folder, { recursive: true });
});

const read = (der: Uint8Array): CrlFacts =>
  readCrl(der, new X509Certificate(Buffer.from(authority.issuerCertificate)));

const told = async (): Promise<number> =>
  (await store.outbox.page(0, { rows: 100, bytes: 1e7 })).filter(({ line }) => line.includes('"k":"crl"'))
    .length;

async function revokeOne(): Promise<string> {
  const [der = Buffer.alloc(0)] = deviceCertificates.ders;
  const fingerprint = createHash('sha256').update(der).digest('hex');
  await signedUnit(store, await openBatch(store), 'ab01', der);
  const revoked = [
    { fingerprint, serial: '1', deviceId: null, reason: 'keyCompromise', at: now.toISOString() },
  ];
  const message = { sequence: 1, id: 'x', kind: 'revocations', title: 'Revoked', reason: null };
  await store.inbox.apply({ ...message, effect: { kind: 'revocations', revoked } });
  return fingerprint;
}

it('is empty at first, the same until something is revoked, and told once each', async () => {
  const first = await list.current();
  expect(read(first).serials.size).toBe(0);
  expect(await list.current()).toEqual(first);
  expect(await told()).toBe(1);
  const fingerprint = await revokeOne();
  const next = read(await list.current());
  // As the certificate was kept under, not as the message calls it.
  expect([...next.serials]).toEqual([normalSerial(fingerprint.slice(0, 32))]);
  expect(await told()).toBe(2);
});

it('never shares its second with another, within one second of the clock, and is valid at once', async () => {
  const first = read(await list.current());
  await revokeOne();
  const der = await list.current();
  const second = read(der);
  const third = read(await list.renew(der));
  const times = [first, second, third].map(({ thisUpdate }) => thisUpdate.getTime());
  expect(new Set(times).size).toBe(3);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(Math.max(...times)).toBeLessThanOrEqual(now.getTime());
  expect(third.number).toBeGreaterThan(second.number);
  // Another target that refused the older one gets what was made for the first.
  expect(read(await list.renew(der)).number).toBe(third.number);
});

it('is signed anew long before it ends, also where nothing was revoked', async () => {
  const first = read(await list.current());
  now = new Date(now.getTime() + 21 * 86_400_000);
  const next = read(await list.current());
  expect(next.number).toBeGreaterThan(first.number);
  expect(next.nextUpdate.getTime()).toBeGreaterThan(first.nextUpdate.getTime());
});
