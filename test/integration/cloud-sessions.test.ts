import { createPublicKey, randomUUID } from 'node:crypto';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueEndEntity, pemOf, sha256 } from '#cloud/pki/certificates.ts';
import { queueDown } from '#cloud/down/queue-down.ts';
import { putBlob } from '#cloud/db/blobs.ts';
import {
  attemptBody,
  credentialsOf,
  joinedStation,
  joinText,
  newCsr,
  rootPem,
} from '#cloud/line/station-fixtures.ts';
import { inviteStation, reinviteStation } from '#cloud/join/invite.ts';
import { join } from '#cloud/join/join.ts';
import type { Cloud } from '#cloud/server/cloud.ts';
import { GENESIS } from '#protocol/chain.ts';
import { downMessage } from '#protocol/down.ts';
import { newAuthority } from '#services/pki/pki-fixtures.ts';
import { signerCertificate, verifyJws } from '#services/records/jws.ts';
import { alertsOf, cloudBed, ENGINES, type CloudBed } from './cloud.test-support.ts';

describe.each(ENGINES)('a station and its cloud on %s', (engine) => {
  let bed: CloudBed;
  let cloud: Cloud;
  let clock: number;
  beforeAll(async () => {
    bed = await cloudBed(engine);
    clock = 0;
    cloud = await bed.node({ clock: () => new Date(Date.now() + clock) });
  });
  afterAll(async () => {
    await bed.close();
  });
  const later = async (ms: number, act: () => Promise<void>): Promise<void> => {
    clock = ms;
    await act().finally(() => (clock = 0));
  };

  it('lets one process at a time hold an identity, until it was silent for a minute', async () => {
    const station = await joinedStation(cloud);
    await station.hello();
    const second = await station.hello({ session: randomUUID() });
    expect(second.status).toBe(409);
    expect(second.json).toMatchObject({ code: 'identity-in-use', retry: true });
    expect(Number(second.headers['retry-after'])).toBeGreaterThan(0);
    expect((await station.upload([], 1, { session: randomUUID() })).json.code).toBe('identity-in-use');
    expect((await station.hello()).status).toBe(200);
    await later(61_000, async () => {
      expect((await station.hello({ session: randomUUID() })).status).toBe(200);
      expect((await station.hello()).json.code).toBe('identity-in-use');
    });
  });

  it('tells a restored station from a cloud that was restored, and opens an epoch', async () => {
    const station = await joinedStation(cloud);
    await station.hello();
    await station.upload([station.line('attempt', attemptBody())]);
    const backup = station.place;
    await station.upload([
      station.line('attempt', attemptBody()),
      station.line('attempt', attemptBody({ debited: false })),
    ]);
    const ahead = station.place;
    const behind = await station.hello({ head: backup, acknowledged: backup });
    expect(behind.json).toMatchObject({
      code: 'chain-forked',
      details: { why: 'station-behind', epoch: 1, position: 3, hash: ahead.hash, atPosition: 1 },
    });
    expect(await alertsOf(cloud)).toContain(`chain-forked/${station.membership.stationId}`);
    const chain = await station.call('/v1/sync/chain?epoch=1&position=1');
    expect(chain.json).toEqual({ place: backup });
    const wrong = { ...backup, hash: 'ab'.repeat(32) };
    const reason = 'restored from a backup';
    expect(
      (await station.post('/v1/sync/epoch', { session: station.session, common: wrong, reason })).json.code,
    ).toBe('chain-forked');
    const epoch = await station.post('/v1/sync/epoch', { session: station.session, common: backup, reason });
    expect(epoch.json).toEqual({
      place: { ...backup, epoch: 2 },
      debits: [{ jobId: 'TH4', jobRevision: 12, units: 1 }],
    });
    station.place = { ...backup, epoch: 2 };
    expect((await station.upload([station.line('attempt', attemptBody())])).json).toMatchObject({
      stored: 1,
      place: station.place,
    });
    expect((await station.call('/v1/sync/chain?epoch=2&position=1')).json.place?.hash).toBe(backup.hash);
    expect(
      (
        await station.upload([], 4, {
          epoch: 1,
          body: Buffer.from('{"p":4,"k":"x","at":"2026-01-01T00:00:00Z","a":0,"b":{}}\n'),
        })
      ).json.details?.['why'],
    ).toBe('old-epoch');
    expect(await alertsOf(cloud)).not.toContain(`chain-forked/${station.membership.stationId}`);
    // A cloud that was itself set back holds less: no refusal, the answer says where to send from.
    const head = { epoch: 2, position: 50, hash: 'cd'.repeat(32) };
    const less = await station.hello({ head, acknowledged: head });
    expect(less.json.place).toEqual(station.place);
    expect(await alertsOf(cloud)).toContain(`cloud-behind/${station.membership.stationId}`);
    const unheard = await station.upload([], 3, {
      epoch: 3,
      body: Buffer.from('{"p":3,"k":"x","at":"2026-01-01T00:00:00Z","a":0,"b":{}}\n'),
    });
    expect(unheard.json.code).toBe('epoch-unknown');
  });

  it('keeps what the station said of itself, and says when its clock is off by a day', async () => {
    const station = await joinedStation(cloud);
    const dayAhead = new Date(Date.now() + 86_400_000).toISOString();
    await station.hello({ clock: dayAhead, waiting: 7, oldestAt: dayAhead });
    const row = await cloud.context.db
      .selectFrom('stations')
      .select(['waiting', 'clock_offset', 'version'])
      .where('tenant_id', '=', cloud.tenant.id)
      .where('id', '=', station.membership.stationId)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ waiting: 7, version: '0.1.0' });
    expect(row.clock_offset).toBeGreaterThan(86_000);
    expect(await alertsOf(cloud)).toContain(`clock/${station.membership.stationId}`);
    await station.hello();
    expect(await alertsOf(cloud)).not.toContain(`clock/${station.membership.stationId}`);
  });

  it('speaks with a station one version newer and refuses one that has none in common', async () => {
    const station = await joinedStation(cloud);
    expect((await station.hello({ protocol: { min: 1, max: 2 } })).status).toBe(200);
    const strange = await station.hello({ protocol: { min: 7, max: 8 } });
    expect(strange.status).toBe(426);
    expect(strange.json.code).toBe('no-common-protocol');
    expect((await station.post('/v1/sync/hello', { session: 'x' })).json.code).toBe('bad-request');
  });

  it('numbers and signs messages to a station, hands them out in order and serves files from any octet', async () => {
    const station = await joinedStation(cloud);
    const { stationId } = station.membership;
    const to = { tenantId: cloud.tenant.id, stationId };
    const queue = () =>
      cloud.context.db
        .transaction()
        .execute((trx) =>
          queueDown(cloud.context, trx, to, 'policy', { bytesPerSecond: 4096, paused: false }),
        );
    expect(await Promise.all([queue(), queue(), queue()])).toEqual(expect.arrayContaining([1, 2, 3]));
    const { messages, head } = (await station.call('/v1/sync/down?after=1&limit=200')).json as {
      messages: string[];
      head: number;
    };
    expect(head).toBe(3);
    const payload = await verifyJws(messages[0]!, 'rootline-down+json', signerCertificate(messages[0]!));
    expect(downMessage.parse(JSON.parse(payload))).toMatchObject({
      sequence: 2,
      station: stationId,
      kind: 'policy',
    });
    expect(station.membership.tenantSigner[0]).toBe(signerCertificate(messages[0]!).raw.toString('base64'));
    const file = Buffer.alloc(700_000, 'firmware');
    const name = sha256(file);
    const chunks = (async function* () {
      await Promise.resolve();
      yield file.subarray(0, 300_001);
      yield file.subarray(300_001);
    })();
    expect(await putBlob(cloud.context.db, cloud.tenant.id, name, chunks, new Date())).toEqual({
      sha256: name,
      bytes: 700_000,
    });
    expect((await station.call(`/v1/sync/blobs/${name}`)).body.equals(file)).toBe(true);
    const part = await station.call(`/v1/sync/blobs/${name}`, { headers: { range: 'bytes=262145-' } });
    expect(part.status).toBe(206);
    expect(part.headers['content-range']).toBe('bytes 262145-699999/700000');
    expect(part.body.equals(file.subarray(262_145))).toBe(true);
    expect((await station.call(`/v1/sync/blobs/${'0'.repeat(64)}`)).json.code).toBe('file-unknown');
    const receipt = { sequence: 2, kind: 'policy', id: 'x', outcome: 'refused', reason: 'no' };
    await station.hello();
    await station.upload([station.line('receipt', receipt)]);
    const down = await cloud.context.db
      .selectFrom('down')
      .select(['sequence', 'outcome'])
      .where('tenant_id', '=', cloud.tenant.id)
      .where('station_id', '=', stationId)
      .orderBy('sequence')
      .execute();
    expect(down.map(({ outcome }) => outcome)).toEqual([null, 'refused', null]);
  });

  it('renews a certificate; the one before is good until the new one is used', async () => {
    const station = await joinedStation(cloud);
    const [line, courier] = [newCsr(), newCsr()];
    const renewed = await station.post('/v1/sync/renew', { csr: line.csr, courierCsr: courier.csr });
    expect(renewed.status).toBe(200);
    expect((await station.hello()).status).toBe(200);
    const former = station.credentials;
    station.credentials = credentialsOf(renewed.json as Parameters<typeof credentialsOf>[0], line.privateKey);
    expect((await station.hello()).status).toBe(200);
    station.credentials = former;
    expect((await station.hello()).json.code).toBe('station-unknown');
    const oneKey = await joinedStation(cloud).then((other) =>
      other.post('/v1/sync/renew', { csr: line.csr, courierCsr: line.csr }),
    );
    expect(oneKey.json.code).toBe('bad-request-for-certificate');
  });

  it('refuses no certificate, an expired one, one of another cloud, a revoked station, and TLS 1.2', async () => {
    const station = await joinedStation(cloud);
    const { credentials } = station;
    expect((await station.hello()).status).toBe(200);
    await later(91 * 86_400_000, async () => {
      expect((await station.hello()).json.code).toBe('certificate-expired');
    });
    const { authority } = station;
    const foreign = await issueEndEntity(
      { signer: authority.issuingSigner, certificate: authority.issuing },
      { organization: 'Fixture House', commonName: 'Fixture Issuing CA' },
      {
        ...{ organization: 'Fixture House', commonName: 'Station', days: 90, use: 'client' },
        publicKeySpki: createPublicKey(credentials.key).export({ type: 'spki', format: 'der' }),
      },
      new Date(),
    );
    station.credentials = { key: credentials.key, cert: pemOf(foreign, authority.issuing) };
    expect((await station.hello()).json).toMatchObject({ code: 'wrong-tenant' });
    station.credentials = undefined as unknown as typeof credentials;
    expect((await station.hello()).json).toMatchObject({ code: 'certificate-missing' });
    station.credentials = credentials;
    await cloud.context.db
      .updateTable('stations')
      .set({ state: 'revoked' })
      .where('tenant_id', '=', cloud.tenant.id)
      .where('id', '=', station.membership.stationId)
      .execute();
    expect((await station.hello()).json.code).toBe('station-revoked');
    const { hostname, port } = new URL(cloud.stationUrl);
    const refused = await new Promise<string>((resolve) => {
      const socket = connectTls({
        ...{ host: hostname, port: Number(port), ca: rootPem(cloud), ...credentials },
        maxVersion: 'TLSv1.2',
      });
      socket.on('secureConnect', () => resolve('connected'));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    });
    expect(refused).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  });

  it('speaks HTTP/2 on the line', async () => {
    const station = await joinedStation(cloud);
    const session = station.http2();
    const stream = session.request({ ':path': '/v1/sync/chain?epoch=1&position=0' });
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    session.close();
    expect(JSON.parse(text)).toEqual({ place: { epoch: 1, position: 0, hash: GENESIS } });
  });

  it('uses a code once, counts wrong tries, and lets a lost station join again', async () => {
    const { context } = cloud;
    const tenantId = cloud.tenant.id;
    const to = { tenantId, actor: 'test' };
    const invited = await inviteStation(context, { ...to, name: 'Nine', courier: false });
    const authority = await newAuthority();
    const wrong = joinText(`${invited.code.slice(0, 4)}-AAAA-BBBB-CCCC`, authority).sealed;
    const right = joinText(invited.code, authority).sealed;
    await expect(join(context, tenantId, wrong)).rejects.toMatchObject({ code: 'wrong-code' });
    const atOnce = await Promise.allSettled([join(context, tenantId, right), join(context, tenantId, right)]);
    expect(atOnce.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const again = await reinviteStation(context, { ...to, stationId: invited.stationId });
    const membership = await join(context, tenantId, joinText(again.code, authority).sealed);
    expect(membership.stationId).toBe(invited.stationId);
    const hammered = await inviteStation(context, { ...to, name: 'Ten', courier: false });
    const guess = joinText(`${hammered.code.slice(0, 4)}-AAAA-BBBB-CCCC`, authority).sealed;
    for (let count = 0; count < 10; count++)
      await expect(join(context, tenantId, guess)).rejects.toMatchObject({ code: 'wrong-code' });
    await expect(join(context, tenantId, joinText(hammered.code, authority).sealed)).rejects.toMatchObject({
      code: 'wrong-code',
    });
    const late = await inviteStation(context, { ...to, name: 'Late', courier: false });
    await later(25 * 3_600_000, async () => {
      await expect(join(context, tenantId, joinText(late.code, authority).sealed)).rejects.toMatchObject({
        code: 'wrong-code',
      });
    });
    const mixed = { ...authority, station: (await newAuthority()).station };
    await expect(join(context, tenantId, joinText(late.code, mixed).sealed)).rejects.toMatchObject({
      code: 'station-authority',
    });
  });
});
