import { rm } from 'node:fs/promises';
import { generateKeyPairSync } from 'node:crypto';
import { CompactSign, compactVerify } from 'jose';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '#store/api.ts';
import { openStore } from '#store/open.ts';
import { temporaryFolder } from '#store/fixtures.ts';
import { createCheckpoints } from './checkpoints.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const sign = (payload: string) =>
  new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
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
const work = () => store.audit.append({ actor: '114', action: 'work', subject: 'x' });

it('signs the head of the chain', async () => {
  const { audit } = store;
  const checkpoints = createCheckpoints({ audit, sign });
  await work();
  const head = await audit.head();
  await Promise.all([checkpoints.sign(), checkpoints.sign()]);
  const kept = await audit.lastCheckpoint();
  const { payload } = await compactVerify(kept?.jws ?? '', publicKey);
  expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({
    format: 'rootline-checkpoint/1',
    ...head,
  });
});

it('signs after so many entries and not before', async () => {
  const { audit } = store;
  const checkpoints = createCheckpoints({ audit, sign, every: 3 });
  for (let n = 1; n <= 7; n++) {
    await work();
    await checkpoints.noticed();
    const sequence = (await audit.lastCheckpoint())?.sequence ?? 0;
    expect(sequence).toBe(n - (n % 3));
  }
});

it('goes on after a signature that failed', async () => {
  const { audit } = store;
  let broken = true;
  const once = (payload: string) => (broken ? Promise.reject(new Error('locked')) : sign(payload));
  const checkpoints = createCheckpoints({ audit, sign: once });
  await work();
  await expect(checkpoints.sign()).rejects.toThrow('locked');
  broken = false;
  await checkpoints.sign();
  expect((await audit.lastCheckpoint())?.sequence).toBe(1);
});
