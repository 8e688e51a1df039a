import { createHash, randomUUID } from 'node:crypto';
import { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '#cloud/db/migrate.ts';
import type { Db } from '#cloud/db/open.ts';
import { openPglite, pgliteDialect } from '#cloud/db/pglite-dialect.ts';
import type { CloudTables } from '#cloud/db/schema.ts';
import {
  itKeepsOnboardingWork,
  itStartsAgain,
  storeTestDevice,
} from '#connectors/queue/store-conformance.ts';
import type { OnboardingStore, StartsAgain } from '#connectors/queue/store.ts';
import { TenantOnboarding } from './target-store.ts';

let db: Db;
beforeAll(async () => {
  db = new Kysely<CloudTables>({ dialect: pgliteDialect(await openPglite(undefined)) });
  await migrate(db);
});
afterAll(() => db.destroy());

/** The rules name targets "A" and "B"; here a target is named by a UUID. */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
}

const context = () => ({ db, now: () => new Date() });

function named(store: TenantOnboarding): OnboardingStore & StartsAgain {
  return {
    add: (target, devices) => store.add(uuidOf(target), devices),
    revoke: (target, devices) => store.revoke(uuidOf(target), devices),
    claim: (target, ...rest) => store.claim(uuidOf(target), ...rest),
    settle: (...all) => store.settle(...all),
    counts: (target) => store.counts(uuidOf(target)),
    nextDue: (target) => store.nextDue(uuidOf(target)),
    dead: (target, ...rest) => store.dead(uuidOf(target), ...rest),
    retry: (target, ids) => store.retry(uuidOf(target), ids),
    discard: (target, ids) => store.discard(uuidOf(target), ids),
    again: (target) => store.again(uuidOf(target)),
  };
}

describe('onboarding work in the database of the cloud', () => {
  itKeepsOnboardingWork(() =>
    Promise.resolve({ store: named(new TenantOnboarding(context(), randomUUID())) }),
  );
});

describe('a target that lost its state', () => {
  itStartsAgain(() => Promise.resolve({ store: named(new TenantOnboarding(context(), randomUUID())) }));
});

it('keeps one tenant’s work from another’s, for the same target and devices', async () => {
  const [one, other] = [randomUUID(), randomUUID()].map((id) => new TenantOnboarding(context(), id));
  const target = randomUUID();
  expect(await one!.add(target, [storeTestDevice(1)])).toBe(1);
  expect(await other!.claim(target, 10, 1000, Date.now())).toEqual([]);
  expect(await other!.counts(target)).toMatchObject({ waiting: 0 });
  expect(await one!.claim(target, 10, 1000, Date.now())).toHaveLength(1);
});

it('counts what the rows say, after all that can happen to an item', async () => {
  const tenantId = randomUUID();
  const store = new TenantOnboarding(context(), tenantId);
  const target = randomUUID();
  const devices = Array.from({ length: 40 }, (_, index) => storeTestDevice(index));
  await store.add(target, devices);
  const claims = await store.claim(target, 25, 60_000, Date.now());
  const reason = { code: 'refused', message: 'no' };
  await store.settle(
    claims.map(({ id, token }, index) => {
      if (index % 3 === 0) return { id, token, to: 'done' };
      if (index % 3 === 1) return { id, token, to: 'dead', attempts: 1, reason };
      return { id, token, to: 'retry', attempts: 1, nextAt: 0, reason };
    }),
    Date.now(),
  );
  await store.revoke(target, devices.slice(0, 30));
  await store.retry(target, 'all');
  const rows = await db
    .selectFrom('target_items')
    .select(['state', 'action'])
    .where('tenant_id', '=', tenantId)
    .execute();
  const counts = await store.counts(target);
  for (const state of ['waiting', 'working', 'retry', 'registered', 'revoked', 'dead'] as const)
    expect(counts[state]).toBe(rows.filter((row) => row.state === state).length);
  const waits = rows.filter(({ state, action }) => action === 'revoke' && state !== 'revoked');
  expect(counts.revokeWaiting).toBe(waits.length);
});
