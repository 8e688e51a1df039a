import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call } from '#cloud/line/station-fixtures.ts';

/** A node in a process of its own, so that all that it writes can be read. */
const PROGRAM = `
  import { startCloud } from '#cloud/server/cloud.ts';
  const cloud = await startCloud({ dataDir: process.argv[1], log: { level: 'debug' } });
  process.send({ publicUrl: cloud.publicUrl, token: cloud.adminToken, root: cloud.root.toString('base64') });
  process.on('message', () => cloud.close().then(() => process.exit(0)));
`;

interface Started {
  publicUrl: string;
  token: string;
  root: string;
}

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rootline-log-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

it('logs every call of a run and none of its secrets: token, session, join code, EST code, password, body', async () => {
  const node = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, dataDir], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log: string[] = [];
  for (const stream of [node.stdout, node.stderr])
    stream?.on('data', (chunk: Buffer) => log.push(chunk.toString()));
  const ended = new Promise((resolve) => node.once('exit', resolve));
  try {
    const { publicUrl, token, root } = await new Promise<Started>((resolve, reject) => {
      node.once('message', (message) => resolve(message as Started));
      node.once('exit', () => reject(new Error(log.join(''))));
    });
    const ca = `-----BEGIN CERTIFICATE-----\n${root}\n-----END CERTIFICATE-----\n`;
    const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
      call(`${publicUrl}${path}`, {
        ...{ ca, method: 'POST', body: JSON.stringify(body) },
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      });
    const password = 'correct-horse-battery-staple';
    const target = { name: 'B', kind: 'mosquitto', mode: 'devices', url: 'mqtts://localhost:1', ca: '' };
    const made = await post('/v1/api/targets', { ...target, username: 'u', password });
    await post(`/v1/api/targets/${String((made.json as { id?: string }).id)}/check`, {});
    const session = await post('/v1/api/session', { token });
    const cookie = String(session.headers['set-cookie']).split(/[=;]/)[1]!;
    const invited = await post('/v1/api/stations', { name: 'Line 1' });
    const est = await post('/v1/api/est-codes', { label: 'Desk' });
    const basic = Buffer.from(`x:${String(est.json.code)}`).toString('base64');
    await post('/.well-known/est/simpleenroll', 'no csr', { authorization: `Basic ${basic}` });
    await post('/v1/api/session', { token: `${token.slice(0, -4)}AAAA` });
    await post('/v1/join', { request: 'nonsense', proof: 'f'.repeat(64) });
    await call(`${publicUrl}/v1/api/units?text=pasted-secret-${token}`, { ca });
    node.send('close');
    await ended;
    const text = log.join('');
    expect(text).toContain('/v1/api/targets');
    expect(text).toContain('/v1/api/units');
    expect(made.status).toBe(200);
    const secrets = [token, cookie, password, invited.json.code as string, est.json.code as string, basic];
    for (const secret of [...secrets, 'pasted-secret']) {
      expect(secret.length).toBeGreaterThan(8);
      expect(text).not.toContain(secret);
    }
    expect(text).not.toContain(token.slice(60));
  } finally {
    if (node.exitCode === null) node.kill('SIGKILL');
  }
});
