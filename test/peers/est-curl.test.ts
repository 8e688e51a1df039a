import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { joinedStation, rootPem, type TestStation } from '#cloud/line/station-fixtures.ts';
import type { Cloud } from '#cloud/server/cloud.ts';
import { ask, callApi, tokenOf } from '../integration/api.test-support.ts';
import { cloudBed, type CloudBed } from '../integration/cloud.test-support.ts';

const run = promisify(execFile);
let bed: CloudBed;
let cloud: Cloud;
let station: TestStation;
let folder: string;
let token: string;

beforeAll(async () => {
  bed = await cloudBed('PGlite');
  cloud = await bed.node();
  token = await tokenOf(cloud, cloud.adminToken ?? '', 'planner');
  station = await joinedStation(cloud);
  folder = await mkdtemp(join(tmpdir(), 'rootline-est-'));
  await writeFile(join(folder, 'root.pem'), rootPem(cloud));
  await writeFile(join(folder, 'station.key'), station.credentials.key);
  await writeFile(join(folder, 'station.pem'), station.credentials.cert);
});
afterAll(async () => {
  await bed.close();
  await rm(folder, { recursive: true });
});

interface Said {
  status: number;
  headers: string;
  body: string;
}

/** curl, with its own TLS and its own idea of HTTP. */
async function curl(url: string, args: string[] = []): Promise<Said> {
  const common = [
    '-sS',
    '--cacert',
    join(folder, 'root.pem'),
    '-D',
    join(folder, 'head'),
    '-o',
    join(folder, 'body'),
  ];
  const { stdout } = await run('curl', [...common, '-w', '%{http_code}', ...args, url]);
  const [headers, body] = [
    await readFile(join(folder, 'head'), 'utf8'),
    await readFile(join(folder, 'body'), 'utf8'),
  ];
  return { status: Number(stdout), headers: headers.toLowerCase(), body };
}

const est = (path: string): string => `${cloud.publicUrl}/.well-known/est/${path}`;
const atStation = (path: string): string => `${cloud.stationUrl}/.well-known/est/${path}`;
const client = (name: string): string[] => [
  '--cert',
  join(folder, `${name}.pem`),
  '--key',
  join(folder, `${name}.key`),
];

/** A request of openssl for a key of its own (or the one that is there), base64 as a client of EST sends it. */
async function request(name: string, subject: string, { sameKey = false } = {}): Promise<string[]> {
  const [key, out] = [join(folder, `${name}.key`), join(folder, `${name}.csr`)];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
  const made = ['req', '-new', ...(sameKey ? ['-key', key] : newKey), '-subj', subject, '-outform', 'DER'];
  const { stdout } = await run('openssl', made, { encoding: 'buffer' });
  await writeFile(out, stdout.toString('base64').replaceAll(/.{76}/g, '$&\r\n'));
  return ['-H', 'Content-Type: application/pkcs10', '--data-binary', `@${out}`];
}

/** Certificates in a body of EST, taken apart by openssl. */
async function certificatesIn(name: string, body: string): Promise<string> {
  const der = join(folder, 'certs.der');
  await writeFile(der, Buffer.from(body, 'base64'));
  const { stdout } = await run('openssl', ['pkcs7', '-inform', 'DER', '-in', der, '-print_certs']);
  await writeFile(join(folder, `${name}.pem`), stdout);
  return stdout;
}

const verified = (name: string): string =>
  execFileSync(
    'openssl',
    ['verify', '-purpose', 'sslclient', '-CAfile', join(folder, 'ca.pem'), join(folder, `${name}.pem`)],
    { encoding: 'utf8' },
  );

async function enrol(name: string, subject: string): Promise<Said> {
  const said = await curl(est('simpleenroll'), ['-u', `x:${token}`, ...(await request(name, subject))]);
  if (said.status === 200) await certificatesIn(name, said.body);
  return said;
}

it('gives its CA certificates to curl as certs-only CMS, up to the root that people compare', async () => {
  const { status, headers, body } = await curl(est('cacerts'));
  expect(status).toBe(200);
  expect(headers).toContain('content-type: application/pkcs7-mime');
  const pem = await certificatesIn('ca', body);
  expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  expect(pem.replaceAll(/\s/g, '')).toContain(cloud.root.toString('base64'));
  expect((await curl(est(`${cloud.tenant.id}/cacerts`))).body).toBe(body);
  expect((await curl(est('00000000-0000-0000-0000-000000000000/cacerts'))).status).toBe(404);
});

it('says what a request should look like', async () => {
  const { status, headers, body } = await curl(est('csrattrs'));
  expect([status, headers.includes('application/csrattrs')]).toEqual([200, true]);
  const text = execFileSync('openssl', ['asn1parse', '-inform', 'DER'], {
    input: Buffer.from(body, 'base64'),
  });
  expect(text.toString()).toContain('prime256v1');
});

it('enrols a device with a token over HTTP Basic; openssl verifies the certificate', async () => {
  const { status, headers } = await enrol('bench', '/O=House/CN=unit-1/serialNumber=1');
  expect([status, headers.includes('smime-type=certs-only')]).toEqual([200, true]);
  expect(verified('bench')).toContain('OK');
  const { rows } = await ask(cloud, 'certificates', token, { query: { state: 'active' } });
  expect(rows[0]).toMatchObject({ station: null, subject: 'O=House, CN=unit-1, serialNumber=1' });
});

it('takes a one-time code once, and for the serial number that it is for', async () => {
  const { code } = await ask(cloud, 'createEstCode', token, { body: { label: 'Desk', serial: '2' } });
  const other = await curl(est('simpleenroll'), [
    '-u',
    `:${code}`,
    ...(await request('c', '/CN=u-3/serialNumber=3')),
  ]);
  expect([other.status, other.body]).toEqual([400, expect.stringContaining('another serial number')]);
  const mine = await request('c', '/CN=u-2/serialNumber=2');
  expect((await curl(est('simpleenroll'), ['-u', `:${code}`, ...mine])).status).toBe(200);
  const again = await request('c', '/CN=u-2/serialNumber=2');
  const used = await curl(est('simpleenroll'), ['-u', `:${code}`, ...again]);
  expect([used.status, used.headers.includes('content-type: text/plain')]).toEqual([401, true]);
  expect(used.headers).toContain('www-authenticate: basic');
});

it('refuses in plain text: no password, a wrong one, a role below, another media type, a key seen before', async () => {
  const csr = await request('d', '/CN=u-4/serialNumber=4');
  expect((await curl(est('simpleenroll'), csr)).status).toBe(401);
  const wrong = await curl(est('simpleenroll'), ['-u', 'x:rlt_nothing', ...csr]);
  expect([wrong.status, wrong.body]).toEqual([401, expect.stringMatching(/^The code or token is wrong/)]);
  const auditor = await tokenOf(cloud, cloud.adminToken ?? '', 'auditor');
  expect((await curl(est('simpleenroll'), ['-u', `x:${auditor}`, ...csr])).status).toBe(403);
  const json = ['-u', `x:${token}`, '-H', 'Content-Type: application/json', '-d', '{}'];
  expect((await curl(est('simpleenroll'), json)).status).toBe(415);
  expect((await curl(est('simpleenroll'), ['-u', `x:${token}`, ...csr])).status).toBe(200);
  const twice = await curl(est('simpleenroll'), ['-u', `x:${token}`, ...csr]);
  expect([twice.status, twice.body]).toEqual([400, expect.stringContaining('seen before')]);
});

it('issues for life to a station that shows its certificate, and to nobody without one', async () => {
  const csr = await request('idevid', '/CN=th4-77/serialNumber=77');
  expect((await curl(atStation('simpleenroll'), csr)).status).toBe(401);
  const { status, body } = await curl(atStation('simpleenroll'), [...client('station'), ...csr]);
  expect(status).toBe(200);
  await certificatesIn('idevid', body);
  const text = execFileSync('openssl', ['x509', '-in', join(folder, 'idevid.pem'), '-noout', '-enddate']);
  expect(text.toString()).toContain('Dec 31 23:59:59 9999');
  expect(verified('idevid')).toContain('OK');
});

it('lets a device renew its own name with a new key or its own, and no other name', async () => {
  await enrol('own', '/CN=u-5/serialNumber=5');
  const before = client('own');
  await run('cp', [join(folder, 'own.key'), join(folder, 'old.key')]);
  await run('cp', [join(folder, 'own.pem'), join(folder, 'old.pem')]);
  const other = await curl(atStation('simplereenroll'), [
    ...before,
    ...(await request('x', '/CN=u-6/serialNumber=6')),
  ]);
  expect([other.status, other.body]).toEqual([400, expect.stringContaining('another name')]);
  const same = await request('old', '/CN=u-5/serialNumber=5', { sameKey: true });
  const kept = await curl(atStation('simplereenroll'), [...before, ...same]);
  expect(kept.status).toBe(200);
  const fresh = await curl(atStation('simplereenroll'), [
    ...client('old'),
    ...(await request('own', '/CN=u-5/serialNumber=5')),
  ]);
  expect(fresh.status).toBe(200);
  await certificatesIn('own', fresh.body);
  expect(verified('own')).toContain('OK');
  expect((await curl(est('simplereenroll'), same)).status).toBe(403);
});

it('renews nothing for a device that was revoked, nor for a station', async () => {
  await enrol('gone', '/CN=u-8/serialNumber=8');
  const fingerprint = execFileSync('openssl', ['x509', '-in', join(folder, 'gone.pem'), '-outform', 'DER']);
  const params = { fingerprint: createHash('sha256').update(fingerprint).digest('hex') };
  await ask(cloud, 'revokeCertificate', cloud.adminToken, { params, body: { reason: 'keyCompromise' } });
  const csr = await request('next', '/CN=u-8/serialNumber=8');
  const refused = await curl(atStation('simplereenroll'), [...client('gone'), ...csr]);
  expect([refused.status, refused.body]).toEqual([403, expect.stringContaining('revoked')]);
  const strange = await curl(atStation('simplereenroll'), [...client('station'), ...csr]);
  expect(strange.status).toBe(403);
});

it('publishes a list that openssl obeys: the revoked certificate is refused, the others are not', async () => {
  await enrol('good', '/CN=u-9/serialNumber=9');
  const { crls } = await ask(cloud, 'crls', token);
  const found = await Promise.all(
    crls.map(async ({ issuer }) => (await callApi(cloud, 'crl', null, { params: { issuer } })).body),
  );
  const issuers = execFileSync('openssl', [
    'x509',
    '-in',
    join(folder, 'good.pem'),
    '-noout',
    '-issuer',
  ]).toString();
  const names = await Promise.all(
    found.map(async (der, at) => {
      const path = join(folder, `list${at}.der`);
      await writeFile(path, der);
      const { stdout } = await run('openssl', [
        'crl',
        '-inform',
        'DER',
        '-in',
        path,
        '-noout',
        '-issuer',
        '-text',
      ]);
      return { path, stdout };
    }),
  );
  const direct = names.find(({ stdout }) => stdout.includes(issuers.replace('issuer=', '').trim()))!;
  const pem = join(folder, 'direct.pem');
  await run('openssl', ['crl', '-inform', 'DER', '-in', direct.path, '-out', pem]);
  const check = (name: string): Promise<string> =>
    run('openssl', [
      'verify',
      '-crl_check',
      '-CAfile',
      join(folder, 'ca.pem'),
      '-CRLfile',
      pem,
      join(folder, `${name}.pem`),
    ]).then(
      ({ stdout }) => stdout,
      (error: unknown) => (error as { stderr: string }).stderr,
    );
  expect(await check('good')).toContain('OK');
  expect(await check('gone')).toContain('certificate revoked');
  expect(names.some(({ stdout }) => stdout.includes('Indirect CRL'))).toBe(true);
});

it('speaks TLS 1.3 with s_client, which shows the certificate of a device', async () => {
  const host = cloud.stationUrl.replace('https://', '');
  const shown = ['-cert', join(folder, 'good.pem'), '-key', join(folder, 'good.key')];
  const args = ['s_client', '-connect', host, '-CAfile', join(folder, 'root.pem'), ...shown, '-tls1_3'];
  const running = run('openssl', [...args, '-verify_return_error'], { timeout: 15_000 });
  running.child.stdin?.end();
  const { stdout } = await running;
  expect(stdout).toContain('Verify return code: 0 (ok)');
  expect(stdout).toContain('TLSv1.3');
});
