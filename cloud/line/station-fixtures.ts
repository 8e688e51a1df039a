import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { connect, type ClientHttp2Session } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { inviteStation } from '#cloud/join/invite.ts';
import { join } from '#cloud/join/join.ts';
import type { Cloud } from '#cloud/server/cloud.ts';
import { pemOf } from '#cloud/pki/certificates.ts';
import { GENESIS, linkHash, type ChainPlace } from '#protocol/chain.ts';
import { joinProof, type Membership } from '#protocol/join.ts';
import type { HelloRequest } from '#protocol/line.ts';
import type { Problem } from '#protocol/shapes.ts';
import { upLine, type UpKind } from '#protocol/up.ts';
import { der, derBits, derOid, TAG } from '#services/pki/der.ts';
import { createIssuer } from '#services/pki/issuer.ts';
import { newAuthority, newRequest, type FixtureAuthority } from '#services/pki/pki-fixtures.ts';
import { OID } from '#services/pki/profile.ts';
import { signJws } from '#services/records/jws.ts';

/** A PKCS #10 request (RFC 2986) with an empty subject, signed by its own key. */
export function newCsr(): { csr: string; privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const info = der(
    TAG.sequence,
    der(TAG.integer, Buffer.of(0)),
    der(TAG.sequence),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(TAG.context0),
  );
  const algorithm = der(TAG.sequence, derOid(OID.ecdsaWithSha256));
  const csr = der(TAG.sequence, info, algorithm, derBits(sign('sha256', info, privateKey)));
  return { csr: csr.toString('base64'), privateKey };
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  /** Whatever the answer is: a problem, or what was asked for. */
  json: Partial<Problem> & { place?: ChainPlace | null };
}

export interface Credentials {
  key: string;
  cert: string;
}

/** One HTTPS call over HTTP/1.1, pinned to the cloud's root. */
export function call(
  url: string,
  {
    ca,
    rejectUnauthorized = true,
    method = 'GET',
    body,
    headers = {},
    client,
  }: {
    ca?: string;
    /** False: for a cloud whose root is not known yet. */
    rejectUnauthorized?: boolean;
    method?: string;
    body?: Buffer | string;
    headers?: Record<string, string>;
    client?: Credentials | undefined;
  },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      url,
      { method, ca, rejectUnauthorized, ...client, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const whole = Buffer.concat(chunks);
          const isJson = (response.headers['content-type'] ?? '').includes('json');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: whole,
            json: isJson ? (JSON.parse(whole.toString()) as Answer['json']) : {},
          });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

export const rootPem = (cloud: Cloud): string => pemOf(cloud.root);

/** A station as the cloud sees one: real keys, real signatures, a chain of its own. */
export class TestStation {
  readonly session = randomUUID();
  readonly cloud: Cloud;
  /** Where its line goes; another node than the one it joined at may take it. */
  stationUrl: string;
  readonly membership: Membership;
  readonly authority: FixtureAuthority;
  credentials: Credentials;
  place: ChainPlace = { epoch: 1, position: 0, hash: GENESIS };

  constructor(cloud: Cloud, membership: Membership, authority: FixtureAuthority, key: KeyObject) {
    this.cloud = cloud;
    this.stationUrl = cloud.stationUrl;
    this.membership = membership;
    this.authority = authority;
    this.credentials = credentialsOf(membership.credentials, key);
  }

  /** One call to the station listener. */
  call(path: string, options: Omit<Parameters<typeof call>[1], 'ca' | 'client'> = {}): Promise<Answer> {
    return call(`${this.stationUrl}${path}`, {
      ca: rootPem(this.cloud),
      client: this.credentials,
      ...options,
    });
  }

  post(path: string, body: unknown): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    return this.call(path, { method: 'POST', body: JSON.stringify(body), headers });
  }

  hello(more: Partial<HelloRequest> = {}): Promise<Answer> {
    return this.post('/v1/sync/hello', {
      ...{ session: this.session, name: 'Station', version: '0.1.0', protocol: { min: 1, max: 1 } },
      ...{ head: this.place, acknowledged: { epoch: 1, position: 0, hash: GENESIS } },
      ...{ waiting: 0, oldestAt: null, clock: new Date().toISOString(), applied: 0 },
      ...more,
    });
  }

  /** The next line of the chain. */
  line(kind: UpKind, body: unknown): string {
    const { epoch, position, hash } = this.place;
    const line = upLine(position + 1, kind, new Date().toISOString(), 0, JSON.stringify(body));
    this.place = { epoch, position: position + 1, hash: linkHash(hash, line) };
    return line;
  }

  upload(
    lines: readonly string[],
    from = this.place.position - lines.length + 1,
    options: { epoch?: number; session?: string; body?: Buffer; encoding?: string } = {},
  ): Promise<Answer> {
    const { epoch = this.place.epoch, session = this.session, encoding } = options;
    return this.call(`/v1/sync/upload?epoch=${epoch}&from=${from}&session=${session}`, {
      method: 'POST',
      body: options.body ?? Buffer.from(lines.map((line) => `${line}\n`).join('')),
      headers: {
        'content-type': 'application/x-ndjson',
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      },
    });
  }

  /** A connection of the line over HTTP/2. */
  http2(): ClientHttp2Session {
    return connect(this.stationUrl, { ca: rootPem(this.cloud), ...this.credentials });
  }
}

export function credentialsOf(
  { certificate, chain }: { certificate: string; chain: readonly string[] },
  key: KeyObject,
): Credentials {
  const ders = [certificate, ...chain].map((each) => Buffer.from(each, 'base64'));
  return { key: key.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pemOf(...ders) };
}

/** What a station sends to join, for a code. */
export function joinText(code: string, authority: FixtureAuthority, name = 'Station') {
  const [line, courier] = [newCsr(), newCsr()];
  const base64 = (bytes: Buffer): string => bytes.toString('base64');
  const request = JSON.stringify({
    format: 'rootline-join/1',
    codeId: code.slice(0, 4),
    ...{ name, version: '0.1.0', csr: line.csr, courierCsr: courier.csr },
    authority: {
      root: base64(authority.root),
      issuing: base64(authority.issuing),
      station: base64(authority.station),
    },
    at: new Date().toISOString(),
  });
  return {
    sealed: { request, proof: joinProof(code, request) },
    key: line.privateKey,
    courierKey: courier.privateKey,
  };
}

const BATCH = '0b5a7d5e-3c1f-4f7e-9a55-1f2d3c4b5a69';
const JOB = { jobId: 'TH4', jobRevision: 12, lot: 'L-17' };

export function batchBody(more: Record<string, unknown> = {}) {
  return {
    ...{ id: BATCH, ...JOB, jobName: 'Thermostat v4', jobSha256: '9f'.repeat(32), traveller: 'T-1' },
    ...{ quantity: 100, state: 'open', openedBy: '114', openedAt: new Date().toISOString(), closedAt: null },
    counts: { made: 0, failed: 0, unknown: 0, attempts: 0, debited: 0 },
    ...more,
  };
}

export function attemptBody(more: Record<string, unknown> = {}) {
  const at = new Date().toISOString();
  return {
    ...{ runId: randomUUID(), batchId: BATCH, ...JOB, site: 'A1', operator: '114', attempt: 1 },
    ...{ chipUid: randomUUID().replaceAll('-', ''), deviceId: null, serial: null, outcome: 'passed' },
    ...{ code: null, what: null, startedAt: at, endedAt: at, seconds: 21.5, debited: true },
    ...more,
  };
}

/** Text of about `bytes` that packs as a real record does: hex of measurements and evidence between words. */
function phasesOf(bytes: number): unknown[] {
  return Array.from({ length: Math.ceil(bytes / 620) }, (_, index) => ({
    ...{ id: `phase-${index}`, title: 'Quality gate', operation: 'reconstruct', irreversible: false },
    ...{ startedAt: new Date().toISOString(), endedAt: new Date().toISOString(), seconds: 3.2 },
    measurements: [{ name: 'bit-error', value: Math.random() * 8, unit: '%', min: null, max: 12, ok: true }],
    evidence: { note: 'read back', digest: randomUUID().repeat(4), image: randomUUID().repeat(4) },
  }));
}

export interface MadeUnit {
  deviceId: string;
  chipUid: string;
  runId: string;
  fingerprint: string;
  attempt: ReturnType<typeof attemptBody>;
  certificate: Record<string, unknown>;
  record: Record<string, unknown>;
}

/** Makes passed units with real certificates and records under one authority. */
export async function unitMaker(authority: FixtureAuthority, recordBytes = 4500) {
  const issuer = await createIssuer({ signer: authority.issuingSigner, certificate: authority.issuing });
  const profile = {
    organization: 'Fixture House',
    commonNamePrefix: 'TH4',
    hardwareType: '1.3.6.1.4.1.32473.1',
  };
  return async (): Promise<MadeUnit> => {
    const [runId, chipUid] = [randomUUID(), randomUUID().replaceAll('-', '')];
    const serial = chipUid.slice(0, 16);
    const { csr, deviceId } = newRequest(serial);
    const issued = await issuer.issue({ csr, deviceId, chipUid, serial, profile });
    const der = Buffer.from(issued.der).toString('base64');
    const attempt = attemptBody({ runId, chipUid, deviceId, serial });
    const json = JSON.stringify({
      ...{ format: 'rootline-record/1', deviceId, chipUid, outcome: 'passed', operator: '114' },
      run: { id: runId, site: 'A1', attempt: 1, startedAt: attempt.startedAt, endedAt: attempt.endedAt },
      phases: phasesOf(recordBytes),
      certificate: { serial: issued.serial, sha256: issued.fingerprint, issuer: 'Fixture Issuing CA', der },
    });
    const by = { signer: authority.stationSigner, chain: [authority.station, authority.issuing] };
    const [head = '', , signature = ''] = (await signJws(by, 'rootline-record+json', json)).split('.');
    const { fingerprint, serial: number } = issued;
    return {
      ...{ deviceId, chipUid, runId, fingerprint, attempt },
      certificate: { serial: number, fingerprint, runId, deviceId, issuer: 'Fixture Issuing CA', der },
      record: { runId, deviceId, json, protected: head, signature },
    };
  };
}

/** The three messages of a unit. */
export function unitLines(station: TestStation, unit: MadeUnit): string[] {
  return [
    station.line('attempt', unit.attempt),
    station.line('certificate', unit.certificate),
    station.line('record', unit.record),
  ];
}

/** A station that has joined, with an authority of its own. */
export async function joinedStation(cloud: Cloud, name = 'Station', courier = false): Promise<TestStation> {
  const { context } = cloud;
  const tenantId = cloud.tenant.id;
  const { code } = await inviteStation(context, { tenantId, actor: 'test', name, courier });
  const authority = await newAuthority();
  const { sealed, key } = joinText(code, authority, name);
  return new TestStation(cloud, await join(context, tenantId, sealed), authority, key);
}
