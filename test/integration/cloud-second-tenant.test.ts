import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api as operations } from '#cloud/contract/api.ts';
import { freshPglite } from '#cloud/db/template-fixtures.ts';
import { call, joinText, rootPem, TestStation, type Answer } from '#cloud/line/station-fixtures.ts';
import { startCloud, type Cloud } from '#cloud/server/cloud.ts';
import { addTenant } from '#cloud/server/first-start.ts';
import { invitation, membership } from '#protocol/join.ts';
import { helloAnswer } from '#protocol/line.ts';
import { newAuthority } from '#services/pki/pki-fixtures.ts';

let dataDir: string;
let cloud: Cloud;
let second: Awaited<ReturnType<typeof addTenant>>;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rootline-tenants-'));
  await freshPglite(dataDir);
  const first = await startCloud({ dataDir, name: 'First', log: { level: 'silent' } });
  const { adminToken } = first;
  await first.close();
  second = await addTenant({ dataDir }, 'Second');
  cloud = { ...(await startCloud({ dataDir, log: { level: 'silent' } })), adminToken };
});
afterAll(async () => {
  await cloud.close();
  await rm(dataDir, { recursive: true, force: true });
});

const api = (token: string, path: string, body?: unknown): Promise<Answer> =>
  call(`${cloud.publicUrl}${path}`, {
    ...{ ca: rootPem(cloud), method: body === undefined ? 'GET' : 'POST' },
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const stationsOf = async (token: string) =>
  operations.stations.response.parse((await api(token, '/v1/api/stations')).json).rows;

const invite = async (token: string, name: string) =>
  operations.inviteStation.response.parse(
    (await api(token, '/v1/api/stations', { name, courier: false })).json,
  );

it('one more tenant has an authority and stations of its own, and its station syncs on the same line', async () => {
  const token = second.adminToken;
  const session = operations.session.response.parse((await api(token, '/v1/api/session')).json);
  expect(session.tenant).toEqual(second.tenant);
  expect(session.rootFingerprint).not.toBe(cloud.rootFingerprint);
  const invited = await invite(token, 'Line 9');
  expect(invitation.parse(JSON.parse(invited.file)).tenant).toEqual(second.tenant);
  const authority = await newAuthority();
  const { sealed, key } = joinText(invited.code, authority, 'Line 9');
  const joined = membership.parse((await api(token, '/v1/api/courier/join', sealed)).json);
  expect(joined.tenant).toEqual(second.tenant);
  const station = new TestStation(cloud, joined, authority, key);
  const hello = await station.hello();
  expect(hello.status).toBe(200);
  expect(helloAnswer.parse(hello.json).tenant).toEqual(second.tenant);
  expect((await stationsOf(token)).map(({ name }) => name)).toEqual(['Line 9']);
  expect(await stationsOf(cloud.adminToken ?? '')).toEqual([]);
});

it('the first tenant’s code is no code of the second', async () => {
  const { code } = await invite(cloud.adminToken ?? '', 'Line 1');
  const { sealed } = joinText(code, await newAuthority(), 'Line 1');
  expect((await api(second.adminToken, '/v1/api/courier/join', sealed)).status).toBeGreaterThanOrEqual(400);
});
