import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualDevice } from '#drivers/virtual/network/virtual-device.ts';
import { openAuthority, readCertificates } from '#scripts/fleet-authority.ts';
import { openIdentities, readIdentities } from '#scripts/fleet-identities.ts';
import type { FleetOptions } from '#scripts/fleet-options.ts';
import { powerUp } from '#scripts/fleet-part.ts';
import type { FleetResult } from '#scripts/fleet-result.ts';
import { runFleet } from '#scripts/fleet-run.ts';
import {
  Bench,
  caExtensions,
  freePort,
  makeCertificate,
  makeServerPki,
  startMosquitto,
} from './device-tls.test-support.ts';

const bench = new Bench();
const dataDir = bench.path('fleet');
const identities = join(dataDir, 'identities.jsonl');
let options: FleetOptions;
let broker: Awaited<ReturnType<typeof startMosquitto>>;

beforeAll(async () => {
  makeServerPki(bench);
  bench.folderFor('fleet');
  await openAuthority(dataDir, undefined);
  bench.file('devices.pem', readFileSync(join(dataDir, 'fleet-root.pem')));
  const port = await freePort();
  bench.file('acl', 'pattern readwrite devices/%u/#\n');
  broker = await startMosquitto(bench, port, [`acl_file ${bench.path('acl')}`]);
  options = {
    devices: 12,
    broker: `mqtts://127.0.0.1:${port}`,
    ca: bench.path('root.pem'),
    dataDir,
    rate: null,
    atOnce: 6,
    holdSeconds: 0,
    topic: 'devices/{cn}/hello',
    workers: 1,
  };
});
afterAll(() => bench.stop());

/** The device ids in the folder, by powering each part up. */
async function deviceIds(count: number): Promise<string[]> {
  const chain = readCertificates(join(dataDir, 'fleet-issuer.pem'), 'issuer');
  const ids: string[] = [];
  for await (const one of readIdentities(identities, { offset: 0, step: 1, count }))
    ids.push(new VirtualDevice(powerUp(one, chain)).deviceId);
  return ids;
}

describe('a fleet', () => {
  it('is provisioned, connects as itself, says hello and closes', async () => {
    const result = await runFleet({ ...options, workers: 2 });
    expect(result).toMatchObject({
      devices: 12,
      connected: 12,
      publishes: 12,
      provisioned: 12,
      failed: {},
      lost: {},
    });
    expect(result.rssBytes).toBeGreaterThan(0);
    const ids = await deviceIds(12);
    expect(new Set(ids).size).toBe(12);
    const names = ids.map((id) => `FLEET-${id.slice(0, 32)}`);
    for (const name of names) {
      expect(broker.output()).toContain(`u'${name}'`);
      expect(broker.output()).toContain(`'devices/${name}/hello'`);
      // A goodbye of MQTT, not a line that breaks.
      await expect.poll(() => broker.output()).toContain(`Received DISCONNECT from ${name}`);
    }
  });

  it('comes back the same, and grows', async () => {
    const before = await deviceIds(12);
    const result = await runFleet({ ...options, devices: 15 });
    expect(result).toMatchObject({ connected: 15, provisioned: 3 });
    expect((await deviceIds(15)).slice(0, 12)).toEqual(before);
    const smaller = await runFleet({ ...options, devices: 2, workers: 3 });
    expect(smaller).toMatchObject({ devices: 2, connected: 2, provisioned: 0 });
  });

  it('keeps no device key: the folder has the issuer’s, for its owner only', () => {
    for (const name of readdirSync(dataDir)) {
      const text = readFileSync(join(dataDir, name), 'utf8');
      expect(text.includes('PRIVATE KEY')).toBe(name === 'fleet-issuer.key');
    }
    expect(statSync(join(dataDir, 'fleet-issuer.key')).mode & 0o777).toBe(0o600);
    const [, line] = readFileSync(identities, 'utf8').split('\n');
    expect(Object.keys(JSON.parse(line!) as object)).toEqual(['uid', 'helper', 'certificate']);
  });

  it('goes on behind a line that a crash cut off', async () => {
    const whole = readFileSync(identities);
    appendFileSync(identities, '{"uid":"0011');
    const result = await runFleet({ ...options, devices: 15 });
    expect(result).toMatchObject({ connected: 15, provisioned: 0 });
    expect(readFileSync(identities).equals(whole)).toBe(true);
  });

  it('counts by reason what the broker refuses', async () => {
    const result = await runFleet({ ...options, devices: 3, topic: 'somebody/else' });
    expect(result).toMatchObject({ connected: 3, publishes: 0, failed: { 'publish:refused:135': 3 } });
  });

  it('counts by reason what the devices refuse, and a broker that is not there', async () => {
    const stranger = await runFleet({ ...options, devices: 3, ca: join(dataDir, 'fleet-root.pem') });
    expect(stranger).toMatchObject({ connected: 0, failed: { 'tls:certificate-untrusted': 3 } });
    const named = await runFleet({ ...options, devices: 3, serverName: 'other.test' });
    expect(named).toMatchObject({ connected: 0, failed: { 'tls:host-mismatch': 3 } });
    const nowhere = await runFleet({
      ...options,
      devices: 3,
      broker: `mqtts://127.0.0.1:${await freePort()}`,
    });
    expect(nowhere).toMatchObject({
      connected: 0,
      perConnectionBytes: 0,
      failed: { 'socket:ECONNREFUSED': 3 },
    });
  });

  it('is issued by a CA that is given, and not mixed with another', async () => {
    const elsewhere = bench.folderFor('authority');
    await openAuthority(elsewhere, undefined);
    const issuer = {
      certificate: join(elsewhere, 'fleet-issuer.pem'),
      key: join(elsewhere, 'fleet-issuer.key'),
    };
    await expect(runFleet({ ...options, issuer })).rejects.toMatchObject({ code: 'issuer' });
    const result = await runFleet({ ...options, devices: 2, issuer, dataDir: bench.path('second') });
    expect(result).toMatchObject({ connected: 0, failed: { 'tls:alert:unknown_ca': 2 }, provisioned: 2 });
    expect(existsSync(join(bench.path('second'), 'fleet-issuer.key'))).toBe(false);
    makeCertificate(bench, { name: 'sha1-name', extensions: caExtensions });
    const other = { certificate: bench.path('sha1-name.pem'), key: bench.path('sha1-name.key') };
    const third = { ...options, dataDir: bench.path('third') };
    await expect(runFleet({ ...third, issuer: { ...issuer, key: other.key } })).rejects.toMatchObject({
      code: 'input',
    });
    // A CA of another tool names its key by SHA-1: its devices name it so too.
    const foreign = await runFleet({ ...third, devices: 2, issuer: other });
    expect(foreign).toMatchObject({ connected: 0, failed: { 'tls:alert:unknown_ca': 2 }, provisioned: 2 });
    await expect(openIdentities(identities, 'ab')).rejects.toMatchObject({ code: 'issuer' });
  });

  it('loses its connections when the broker goes, and says so', async () => {
    const port = await freePort();
    const short = await startMosquitto(bench, port);
    const stop = new AbortController();
    const result = await runFleet(
      { ...options, devices: 4, broker: `mqtts://127.0.0.1:${port}`, holdSeconds: null },
      {
        signal: stop.signal,
        connected: () => void short.child.kill('SIGKILL'),
        lost: (lost) => {
          if (Object.values(lost).reduce((sum, count) => sum + count, 0) === 4) stop.abort();
        },
      },
    );
    expect(result.connected).toBe(4);
    expect(
      Object.keys(result.lost).every((reason) => /^(tls:truncated|socket:ECONNRESET)$/.test(reason)),
    ).toBe(true);
  });

  it('stops at once at a broker that takes the line and says nothing', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const stop = new AbortController();
    mute.once('connection', () => stop.abort());
    const result = await runFleet(
      { ...options, devices: 3, broker: `mqtts://127.0.0.1:${port}` },
      { signal: stop.signal },
    );
    expect(result).toMatchObject({ connected: 0, failed: {} });
    mute.close();
  });

  it('does not start where files run out', async () => {
    await expect(runFleet({ ...options, devices: 900_000 })).rejects.toMatchObject({ code: 'files' });
  });
});

describe('npm run fleet', () => {
  const run = (...args: string[]) => {
    const child = spawn(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      'scripts/fleet.ts',
      ...args,
    ]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (err += text.toString()));
    return {
      child,
      out: () => out,
      err: () => err,
      exit: once(child, 'close').then(([code]) => code as number),
    };
  };
  const place = () => ['--broker', options.broker, '--ca', options.ca, '--data-dir', dataDir];

  it('prints one line of JSON', async () => {
    const { out, exit } = run(...place(), '--devices', '3', '--hold', '0', '--json');
    expect(await exit).toBe(0);
    expect(out().trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(out()) as FleetResult).toMatchObject({ devices: 3, connected: 3, publishes: 3 });
  });

  it('holds until Ctrl+C, even if that comes twice, and closes cleanly', async () => {
    const { child, out, err, exit } = run(...place(), '--devices', '3', '--rate', '50', '--json');
    await expect.poll(() => err(), { timeout: 15_000 }).toContain('Ctrl+C');
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await exit).toBe(0);
    expect(JSON.parse(out()) as FleetResult).toMatchObject({ connected: 3, lost: {} });
  });

  it('says what is wrong with the command line', async () => {
    const { err, exit } = run('--devices', 'many', '--broker', 'x', '--ca', 'y');
    expect(await exit).toBe(2);
    expect(err()).toContain('--devices takes a whole number');
    const missing = run('--broker', options.broker, '--ca', bench.path('none.pem'), '--data-dir', dataDir);
    expect(await missing.exit).toBe(1);
    expect(missing.err()).toContain('cannot be read');
  });
});
