import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  joinedStation,
  unitLines,
  unitMaker,
  call,
  rootPem,
  type MadeUnit,
  type TestStation,
} from '#cloud/line/station-fixtures.ts';
import { pemOf, sha256 } from '#cloud/pki/certificates.ts';
import type { Cloud } from '#cloud/server/cloud.ts';
import { ADMINISTRATOR, LocalBroker } from '#connectors/bench/local-broker.ts';
import { downMessage } from '#protocol/down.ts';
import { buildCrl } from '#services/pki/crl.ts';
import { ask, callApi, tokenOf } from './api.test-support.ts';
import { cloudBed, ENGINES, until, type CloudBed } from './cloud.test-support.ts';

const run = promisify(execFile);

describe.each(ENGINES)('revocation and onboarding on %s', (engine) => {
  let bed: CloudBed;
  let cloud: Cloud;
  let admin: string;
  let broker: LocalBroker;
  let station: TestStation;
  let make: () => Promise<MadeUnit>;
  let target: string;
  let folder: string;

  beforeAll(async () => {
    [bed, broker] = [await cloudBed(engine), await LocalBroker.open()];
    cloud = await bed.node();
    // Two nodes on one database: none registers what the other holds.
    if (engine === 'PostgreSQL') await bed.node();
    admin = cloud.adminToken ?? '';
    station = await joinedStation(cloud, 'Line 1');
    await station.hello();
    make = await unitMaker(station.authority, 300);
    folder = await mkdtemp(join(tmpdir(), 'rootline-revoked-'));
    const body = {
      name: 'Broker',
      kind: 'mosquitto',
      mode: 'devices',
      ...ADMINISTRATOR,
      ca: broker.authority.pem,
    };
    const url = `mqtts://localhost:${broker.adminPort}`;
    ({ id: target } = await ask(cloud, 'createTarget', admin, { body: { ...body, url } }));
  });
  afterAll(async () => {
    await bed.close();
    await broker.close();
    await rm(folder, { recursive: true });
  });

  const counts = async () =>
    (await ask(cloud, 'targets', admin)).targets.find(({ id }) => id === target)!.counts;
  const item = async (fingerprint: string) =>
    (await ask(cloud, 'targetItems', admin, { params: { id: target }, query: { limit: '200' } })).rows.find(
      (row) => row.fingerprint === fingerprint,
    );
  const made = async (count: number): Promise<MadeUnit[]> => {
    const units: MadeUnit[] = [];
    while (units.length < count) units.push(await make());
    await station.upload(units.flatMap((unit) => unitLines(station, unit)));
    return units;
  };
  const verify = async (certificate: Buffer, crl: Buffer): Promise<string> => {
    const { authority } = station;
    const [cas, leaf, list] = ['cas', 'leaf', 'list'].map((name) => join(folder, `${name}.pem`)) as [
      string,
      string,
      string,
    ];
    await writeFile(cas, pemOf(authority.root, authority.issuing));
    await writeFile(leaf, pemOf(certificate));
    await writeFile(list, crl);
    const args = ['verify', '-crl_check', '-partial_chain', '-CAfile', cas, '-CRLfile', list, leaf];
    return run('openssl', args).then(
      ({ stdout }) => stdout,
      (error: unknown) => (error as { stderr: string }).stderr,
    );
  };

  it('says that a target works, and in words why another does not', async () => {
    const { health } = await ask(cloud, 'checkTarget', admin, { params: { id: target } });
    expect(health).toMatchObject({ ok: true });
    const body = {
      name: 'Wrong',
      kind: 'mosquitto',
      mode: 'devices',
      url: 'mqtts://localhost:1',
      ca: broker.authority.pem,
    };
    // For another job: the units of this test do not go there.
    const more = { ...ADMINISTRATOR, jobs: ['TX9'] };
    const other = await ask(cloud, 'createTarget', admin, { body: { ...body, ...more } });
    const checked = await ask(cloud, 'checkTarget', admin, { params: { id: other.id } });
    expect(checked.health).toMatchObject({ ok: false });
    const { alerts } = await ask(cloud, 'overview', admin);
    expect(alerts.map(({ id }) => id)).toContain(`target-health/${other.id}`);
    await ask(cloud, 'pauseTarget', admin, { params: { id: other.id }, body: { paused: true } });
  });

  it('registers what has passed at the broker, each once, and shows it with the unit', async () => {
    const units = await made(25);
    await until(async () => (await counts()).registered === 25, 'units registered');
    expect(await counts()).toMatchObject({ waiting: 0, retry: 0, dead: 0 });
    const unit = await ask(cloud, 'unit', admin, { params: { id: units[3]!.deviceId } });
    expect(unit.onboarding).toMatchObject([{ target: 'Broker', state: 'registered' }]);
    expect(unit.timeline.map(({ kind }) => kind).sort()).toEqual([
      'attempt',
      'certificate',
      'onboarding',
      'record',
    ]);
    expect(unit.record?.json).toBe(units[3]!.record['json']);
  });

  it('waits while the broker is away, says so, and goes on by itself', async () => {
    await broker.stop();
    const before = (await counts()).registered;
    await made(2);
    const seen = () => ask(cloud, 'overview', admin);
    await until(
      async () => (await seen()).alerts.some(({ id }) => id === `target-health/${target}`),
      'alert',
    );
    await broker.start();
    await until(async () => (await counts()).registered === before + 2, 'registered afterwards');
    await until(
      async () => !(await seen()).alerts.some(({ id }) => id === `target-health/${target}`),
      'alert over',
    );
  });

  it('puts what can never be registered aside with a reason, and tries again when a person says so', async () => {
    const planner = await tokenOf(cloud, admin, 'planner');
    const args = ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const subject = ['-subj', '/CN=a b/serialNumber=1', '-keyout', join(folder, 'k.pem'), '-outform', 'DER'];
    const { stdout } = await run('openssl', [...args, ...subject], { encoding: 'buffer' });
    const { status, body } = await call(`${cloud.publicUrl}/.well-known/est/simpleenroll`, {
      ...{ ca: rootPem(cloud), method: 'POST', body: stdout.toString('base64') },
      headers: {
        'content-type': 'application/pkcs10',
        authorization: `Basic ${Buffer.from(`x:${planner}`).toString('base64')}`,
      },
    });
    expect([status, body.toString()]).toEqual([200, expect.stringMatching(/^MI/)]);
    await until(async () => (await counts()).dead === 1, 'dead letter');
    const query = { state: 'dead' };
    const { rows } = await ask(cloud, 'targetItems', admin, { params: { id: target }, query });
    expect(rows).toMatchObject([
      { name: 'a b', state: 'dead', reason: expect.stringContaining('cannot be a name') as string },
    ]);
    const fingerprints = [rows[0]!.fingerprint];
    const { retried } = await ask(cloud, 'retryItems', planner, {
      params: { id: target },
      body: { fingerprints },
    });
    expect(retried).toBe(1);
    await until(async () => (await counts()).dead === 1, 'dead again');
  });

  it('revokes in one step: state, lists, message to the station, out of the broker', async () => {
    const [unit] = await made(1);
    const { fingerprint, deviceId } = unit!;
    await until(async () => (await item(fingerprint))?.state === 'registered', 'registered');
    const before = await ask(cloud, 'overview', admin);
    const params = { fingerprint };
    const row = await ask(cloud, 'revokeCertificate', admin, { params, body: { reason: 'keyCompromise' } });
    expect(row).toMatchObject({ state: 'revoked', reason: 'keyCompromise' });
    await until(async () => (await item(fingerprint))?.state === 'revoked', 'out of the broker');
    expect((await ask(cloud, 'unit', admin, { params: { id: deviceId } })).unit.revoked).toBe(true);
    const after = await ask(cloud, 'overview', admin);
    expect(after.certificates.revoked - before.certificates.revoked).toBe(1);
    const { json } = await station.call('/v1/sync/down?after=0&limit=200');
    const last = (json as unknown as { messages: string[] }).messages.at(-1)!.split('.')[1]!;
    const message = downMessage.parse(JSON.parse(Buffer.from(last, 'base64url').toString()));
    expect(message).toMatchObject({ kind: 'revocations', body: { crl: null } });
    expect(message.body['revoked']).toMatchObject([{ fingerprint, deviceId, reason: 'keyCompromise' }]);
    const again = await callApi(cloud, 'revokeCertificate', admin, {
      params,
      body: { reason: 'superseded' },
    });
    expect([again.status, again.json]).toEqual([409, expect.objectContaining({ code: 'conflict' })]);
    const { issuing } = await cloud.context.authorities.of(cloud.tenant.id);
    const indirect = await callApi(cloud, 'crl', null, { params: { issuer: sha256(issuing.certificate) } });
    const { stdout } = await run('sh', [
      '-c',
      `echo ${indirect.body.toString('base64')} | base64 -d | openssl crl -inform DER -noout -text`,
    ]);
    expect(stdout).toContain('Indirect CRL');
    expect(stdout.toLowerCase().replaceAll(':', '')).toContain(row.serial.replace(/^0+/, ''));
  });

  it('publishes the list that only the station can sign, newest first, and none that another signed', async () => {
    const [unit] = await made(1);
    const certificate = Buffer.from(String(unit!.certificate['der']), 'base64');
    const { issuing, issuingSigner, stationSigner } = station.authority;
    const issuer = sha256(issuing);
    const list = (number: number, serials: string[], signer = issuingSigner) =>
      buildCrl(
        {
          ...{ issuer: issuing, number, thisUpdate: new Date(Date.now() - 60_000 + number * 1000) },
          nextUpdate: new Date(Date.now() + 86_400_000),
          revoked: serials.map((serial) => ({ serial, at: new Date(), reason: 'keyCompromise' })),
        },
        signer,
      );
    const hand = async (number: number, der: Buffer) =>
      station.upload([station.line('crl', { issuer, number, der: der.toString('base64') })]);
    const published = async () => (await callApi(cloud, 'crl', null, { params: { issuer } })).body;
    expect((await callApi(cloud, 'crl', null, { params: { issuer } })).status).toBe(404);
    await hand(1, await list(1, []));
    expect(await verify(certificate, await published())).toContain('OK');
    const serial = new X509Certificate(certificate).serialNumber;
    const second = await list(2, [serial]);
    await hand(2, second);
    expect(await published()).toEqual(second);
    expect(await verify(certificate, await published())).toContain('certificate revoked');
    await hand(1, await list(1, []));
    expect(await published()).toEqual(second);
    await expect(list(3, [], stationSigner)).rejects.toMatchObject({ view: { code: 'certificate-check' } });
    const { crls } = await ask(cloud, 'crls', admin);
    expect(crls.find((each) => each.issuer === issuer)).toMatchObject({ number: 2, revoked: 1 });
  });
});
