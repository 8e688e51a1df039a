import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshPglite } from '#cloud/db/template-fixtures.ts';
import { call } from '#cloud/line/station-fixtures.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts', 'cloud.ts');

interface Announced {
  publicUrl: string;
  stationUrl: string;
  rootFingerprint: string;
  adminToken: string | null;
}

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rootline-cloud-command-'));
  await freshPglite(dataDir);
});
afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

/** Runs the command as a person would, without the look-up of packages. */
async function start() {
  const args = ['--data-dir', dataDir, '--port', '0', '--station-port', '0', '--name', 'Haus Süd', '--json'];
  const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const lines = createInterface({ input: child.stdout });
  const found = Promise.withResolvers<Announced>();
  lines.on('line', (line) => {
    if (line.startsWith('{"publicUrl"')) found.resolve(JSON.parse(line) as Announced);
    else log += line;
  });
  child.once('exit', () => found.reject(new Error(`It ended: ${log}`)));
  const announced = await found.promise;
  return { announced, child, log: () => log };
}

async function stop({ child }: Awaited<ReturnType<typeof start>>): Promise<number> {
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  const [code] = (await ended) as [number];
  return code;
}

it('shows the admin token once, keeps nothing of it, and closes cleanly', async () => {
  const first = await start();
  const token = first.announced.adminToken ?? '';
  expect(token).toMatch(/^rlt_/);
  const answer = await call(`${first.announced.publicUrl}/v1/root`, { rejectUnauthorized: false });
  expect(answer.json).toMatchObject({ fingerprint: first.announced.rootFingerprint });
  const overview = await call(`${first.announced.publicUrl}/v1/api/overview`, {
    rejectUnauthorized: false,
    headers: { authorization: `Bearer ${token}` },
  });
  expect(overview.status).toBe(200);
  expect(await stop(first)).toBe(0);
  const second = await start();
  expect(second.announced).toMatchObject({
    adminToken: null,
    rootFingerprint: first.announced.rootFingerprint,
  });
  expect(await stop(second)).toBe(0);
  // `_` may be part of it: its length tells where it begins (cloud/server/tokens.ts).
  const secret = token.slice(-43);
  expect(secret).toHaveLength(43);
  expect(first.log() + second.log()).not.toContain(secret);
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    expect(bytes.includes(secret), entry.name).toBe(false);
  }
});
