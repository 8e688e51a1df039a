import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, rootPem, unitLines, unitMaker, joinedStation } from '#cloud/line/station-fixtures.ts';
import { createTenantKeys } from '#cloud/pki/tenant-authority.ts';
import type { Cloud } from '#cloud/server/cloud.ts';
import { newToken } from '#cloud/server/tokens.ts';
import { ask, callApi, tokenOf, type ApiAnswer } from './api.test-support.ts';
import { cloudBed, type CloudBed } from './cloud.test-support.ts';

let bed: CloudBed;
let cloud: Cloud;
let admin: string;
beforeAll(async () => {
  bed = await cloudBed('PGlite');
  cloud = await bed.node();
  admin = cloud.adminToken ?? '';
});
afterAll(() => bed.close());

const cookieOf = ({ headers }: ApiAnswer): string => String(headers['set-cookie']?.[0]);
async function signIn(token: string): Promise<string> {
  const answer = await callApi(cloud, 'signIn', null, { body: { token } });
  expect(answer.status).toBe(200);
  return cookieOf(answer).split(';')[0] ?? '';
}

it('opens a session whose cookie no script and no other site can use', async () => {
  const answer = await callApi(cloud, 'signIn', null, { body: { token: admin } });
  expect(cookieOf(answer)).toMatch(
    /^__Host-rootline=\S+; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=Strict$/,
  );
  const cookie = cookieOf(answer).split(';')[0] ?? '';
  const session = await ask(cloud, 'session', null, { headers: { cookie } });
  expect(session).toMatchObject({ role: 'admin', rootFingerprint: cloud.rootFingerprint });
});

it('refuses a change by cookie that another site asked for, and takes our own', async () => {
  const cookie = await signIn(admin);
  const body = { label: 'From a page', role: 'auditor' };
  const change = (headers: Record<string, string>) =>
    callApi(cloud, 'createToken', null, { body, headers: { cookie, ...headers } });
  expect((await change({ origin: 'https://evil.example' })).json).toMatchObject({ code: 'other-site' });
  expect((await change({ origin: cloud.publicUrl.replace('https:', 'http:') })).status).toBe(403);
  expect((await change({})).status).toBe(403);
  expect((await change({ origin: cloud.publicUrl })).status).toBe(200);
  expect((await change({ 'rootline-console': '1' })).status).toBe(200);
});

it('ends a session on signing out, and with its token', async () => {
  const cookie = await signIn(admin);
  const { headers } = await callApi(cloud, 'signOut', null, {
    headers: { cookie, 'rootline-console': '1' },
  });
  expect(String(headers['set-cookie'])).toContain('Max-Age=0');
  expect((await callApi(cloud, 'session', null, { headers: { cookie } })).status).toBe(401);
  const short = await ask(cloud, 'createToken', admin, { body: { label: 'Short', role: 'auditor' } });
  const other = await signIn(short.token);
  await ask(cloud, 'revokeToken', admin, { params: { id: short.view.id } });
  expect((await callApi(cloud, 'session', null, { headers: { cookie: other } })).status).toBe(401);
  expect((await callApi(cloud, 'session', short.token)).json).toMatchObject({ code: 'wrong-token' });
});

it('keeps the token that one is signed in with, so that nobody locks everybody out', async () => {
  const { tokens } = await ask(cloud, 'tokens', admin);
  const own = tokens.find(({ label }) => label === 'First administrator')!;
  const { status, json } = await callApi(cloud, 'revokeToken', admin, { params: { id: own.id } });
  expect([status, json]).toEqual([409, expect.objectContaining({ code: 'conflict' })]);
});

it('shows one tenant nothing of another: not found, not forbidden', async () => {
  const { db, master } = cloud.context;
  const tenant = { id: randomUUID(), name: 'Other House' };
  const { id, text, hash } = newToken(tenant.id);
  const now = new Date();
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('tenants')
      .values({ tenant_id: tenant.id, name: tenant.name, created_at: now })
      .execute();
    await createTenantKeys(trx, master, tenant, now);
    const row = { tenant_id: tenant.id, id, label: 'Other', role: 'admin' as const, hash, created_at: now };
    await trx
      .insertInto('tokens')
      .values({ ...row, created_by: 'test' })
      .execute();
  });
  const station = await joinedStation(cloud, 'Ours');
  await station.hello();
  const unit = await (await unitMaker(station.authority, 300))();
  await station.upload(unitLines(station, unit));
  const stationId = { params: { id: station.membership.stationId } };
  expect((await ask(cloud, 'stations', text)).rows).toEqual([]);
  expect((await ask(cloud, 'units', text, { query: { text: unit.deviceId } })).rows).toEqual([]);
  expect((await ask(cloud, 'units', admin, { query: { text: unit.deviceId } })).rows).toHaveLength(1);
  for (const [name, request] of [
    ['station', stationId],
    ['unit', { params: { id: unit.deviceId } }],
    ['certificate', { params: { fingerprint: unit.fingerprint } }],
    ['revokeCertificate', { params: { fingerprint: unit.fingerprint }, body: { reason: 'unspecified' } }],
    ['revokeStation', { ...stationId, body: { reason: 'x' } }],
    ['reinviteStation', { ...stationId, body: {} }],
    ['writeTransfer', { ...stationId, body: {} }],
  ] as const)
    expect([name, (await callApi(cloud, name, text, request)).status]).toEqual([name, 404]);
  expect((await ask(cloud, 'session', text)).tenant).toEqual(tenant);
});

it('writes who did what into the log of events, and finds it by the beginning of a word', async () => {
  const planner = await tokenOf(cloud, admin, 'planner');
  const { json } = await callApi(cloud, 'events', planner, { query: { text: 'token.cr', limit: '3' } });
  expect(json).toMatchObject({
    rows: [expect.objectContaining({ action: 'token.created', actor: 'First administrator' }), {}, {}],
  });
  const first = await ask(cloud, 'events', admin, { query: { limit: '2' } });
  const second = await ask(cloud, 'events', admin, { query: { limit: '2', after: first.cursor ?? '' } });
  expect(second.rows[0]!.sequence).toBeLessThan(first.rows[1]!.sequence);
  const bad = await callApi(cloud, 'events', admin, { query: { after: 'nonsense' } });
  expect(bad.json).toMatchObject({ code: 'invalid', details: { field: 'after' } });
});

it('makes an address that tries wrong tokens wait, while right ones go on', async () => {
  const statuses: number[] = [];
  let last: ApiAnswer | null = null;
  for (let attempt = 0; attempt < 25; attempt += 1) {
    last = await callApi(cloud, 'session', `rlt_${'A'.repeat(43)}_${'B'.repeat(43)}`);
    statuses.push(last.status);
  }
  expect(statuses[0]).toBe(401);
  expect(last?.status).toBe(429);
  expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
  expect(last?.json).toMatchObject({ code: 'too-many', retry: true });
  expect((await callApi(cloud, 'session', admin)).status).toBe(200);
});

const get = (path: string) => call(`${cloud.publicUrl}${path}`, { ca: rootPem(cloud) });

it('says that it lives, that it can work, and how it is, and describes itself', async () => {
  expect((await get('/healthz')).json).toEqual({ ok: true });
  expect((await get('/readyz')).json).toEqual({ ok: true });
  const { body, headers } = await get('/metrics');
  expect(headers['content-type']).toContain('text/plain');
  expect(body.toString()).toMatch(/rootline_cloud_total\{what="units"\} 1\b/);
  expect(body.toString()).toContain('rootline_cloud_call_seconds_bucket');
  expect((await get('/v1/api/openapi.json')).json).toMatchObject({ openapi: '3.1.1' });
});

it('says that it is not ready when the database is of another version', async () => {
  const { db } = cloud.context;
  const { sql } = await import('kysely');
  await sql`INSERT INTO migrations VALUES (999, 'from the future', now())`.execute(db);
  const { status, json, headers } = await get('/readyz');
  await sql`DELETE FROM migrations WHERE number = 999`.execute(db);
  expect([status, headers['retry-after']]).toEqual([503, '5']);
  expect(json).toMatchObject({ code: 'not-ready', retry: true });
  expect((await get('/readyz')).status).toBe(200);
});
