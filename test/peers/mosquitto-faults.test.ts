import { chmod, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '#connectors/connector.ts';
import { ADMINISTRATOR, LocalBroker } from '#connectors/bench/local-broker.ts';
import { LocalAuthority } from '#connectors/bench/local-authority.ts';
import { initialDynsec } from '#connectors/mosquitto/initial-dynsec.ts';
import { MosquittoConnector } from '#connectors/mosquitto/mosquitto-connector.ts';
import type { MosquittoOptions } from '#connectors/mosquitto/options.ts';
import { OnboardingQueue } from '#connectors/queue/drive.ts';
import { InMemoryOnboarding } from '#connectors/queue/memory-store.test-support.ts';
import { storeTestDevice } from '#connectors/queue/store-conformance.ts';

import { ALLOWED, connectDevice, NOT_AUTHORIZED } from './mosquitto.test-support.ts';

let broker: LocalBroker;
beforeAll(async () => {
  broker = await LocalBroker.open();
});
afterAll(async () => broker.close());

const devices = (from: number, count: number): Device[] =>
  Array.from({ length: count }, (_, index) => storeTestDevice(from + index));

/** Registered devices as the broker's own file has them. */
async function clientsOf(): Promise<string[]> {
  const state = JSON.parse(await readFile(join(broker.folder, 'dynsec.json'), 'utf8')) as {
    clients: { username: string }[];
  };
  return state.clients.map((client) => client.username);
}

/** One command of a person at the broker. */
async function byHand(command: Record<string, unknown>): Promise<void> {
  const client = await connectAsync({
    protocol: 'mqtts',
    host: 'localhost',
    port: broker.adminPort,
    ca: broker.authority.pem,
    protocolVersion: 5,
    reconnectPeriod: 0,
    ...ADMINISTRATOR,
  });
  await client.subscribeAsync('$CONTROL/dynamic-security/v1/response');
  const answered = new Promise((resolve) => client.once('message', resolve));
  await client.publishAsync('$CONTROL/dynamic-security/v1', JSON.stringify({ commands: [command] }));
  await answered;
  await client.endAsync(true);
}

function queueAt(connector: MosquittoConnector, store: InMemoryOnboarding) {
  const clock = { now: 1_000_000 };
  const queue = new OnboardingQueue({ store, connector, clock: () => clock.now, random: () => 1 });
  return { clock, queue };
}

describe('admin-credentials-wrong', () => {
  const health = async (change: Partial<MosquittoOptions>) => {
    const connector = new MosquittoConnector({ ...broker.options('devices'), ...change });
    try {
      return await connector.check();
    } finally {
      await connector.close();
    }
  };

  it('a wrong password is said in a sentence, without the password', async () => {
    const wrong = 'not-the-password-3141';
    const answer = await health({ credentials: { ...ADMINISTRATOR, password: wrong } });
    expect(answer).toMatchObject({ ok: false, code: 'credentials' });
    expect(answer.sentence).toBe(
      `The broker at localhost:${broker.adminPort} refuses the administrator. Nothing was changed there. Check user name and password, or the certificate.`,
    );
    expect(JSON.stringify(answer)).not.toContain(wrong);
  });

  it('a broker that is another than expected gets no password', async () => {
    const other = await LocalAuthority.make('Another CA');
    expect(await health({ ca: other.pem })).toMatchObject({ ok: false, code: 'untrusted' });
  });

  it('nobody at the address', async () => {
    expect(await health({ url: 'mqtts://localhost:1' })).toMatchObject({ ok: false, code: 'unreachable' });
  });

  it('a device certificate gets in, and may administer nothing', async () => {
    const { certificate, key } = await broker.authority.issue('somebody');
    const url = `mqtts://localhost:${broker.devicePort}`;
    expect(await health({ url, credentials: { certificate, key } })).toMatchObject({
      ok: false,
      code: 'no-right',
    });
  });

  it('an administrator may sign in with a certificate instead', async () => {
    const { certificate, key } = await broker.authority.issue(ADMINISTRATOR.username);
    const url = `mqtts://localhost:${broker.devicePort}`;
    expect(await health({ url, credentials: { certificate, key } })).toMatchObject({ ok: true });
  });

  it('no certificate at the port for devices', async () => {
    const url = `mqtts://localhost:${broker.devicePort}`;
    expect(await health({ url })).toMatchObject({ ok: false, code: 'credentials' });
  });

  it('settings that cannot be are named by their field, never by their value', () => {
    const bad = { ...broker.options('devices'), credentials: { username: '', password: 'secret-2718' } };
    expect(() => new MosquittoConnector(bad)).toThrow(/credentials/);
    expect(() => new MosquittoConnector(bad)).not.toThrow(/secret-2718/);
  });
});

it('broker-restarted-in-mid-batch: what waits is kept, goes on after, and is there once', async () => {
  const connector = new MosquittoConnector(broker.options('devices'));
  const store = new InMemoryOnboarding();
  const { clock, queue } = queueAt(connector, store);
  await store.add('local', devices(100, 400));
  expect(await queue.step()).toMatchObject({ done: 200 });
  const midway = broker.logged(/createClient \| username=dev-305 /);
  const cut = queue.step();
  await midway;
  await broker.stop();
  expect(await cut).toMatchObject({ done: 0, failed: 200, targetError: { code: 'unreachable' } });
  const made = (await clientsOf()).filter((name) => name.startsWith('dev-')).length;
  expect(made).toBeGreaterThan(200);
  expect(made).toBeLessThan(400);
  clock.now += 1_000;
  expect(await queue.step()).toMatchObject({ failed: 200, targetError: { code: 'unreachable' } });
  await broker.start();
  clock.now += 2_000;
  expect(await queue.step()).toMatchObject({ done: 200, targetError: null });
  expect(await queue.step()).toMatchObject({ claimed: 0, waitMs: null });
  const names = (await clientsOf()).filter((name) => name.startsWith('dev-'));
  expect(names.sort()).toEqual(
    devices(100, 400)
      .map((device) => device.name)
      .sort(),
  );
  expect(await store.counts('local')).toMatchObject({ registered: 400, dead: 0 });
  await connector.close();
});

it('plugin-state-cut-off: nobody has rights, and everything can be registered once more', async () => {
  const state = join(broker.folder, 'dynsec.json');
  const identity = await broker.authority.issue('survivor');
  const connector = new MosquittoConnector(broker.options('devices'));
  const store = new InMemoryOnboarding();
  const { queue } = queueAt(connector, store);
  await store.add('local', [identity.device]);
  await queue.step();
  await broker.stop();
  // What 2.0.11 leaves when it is killed while it writes: it empties its file and fills it again.
  await truncate(state, (await stat(state)).size / 2);
  await broker.start();
  const device = await connectDevice(broker, identity);
  expect(await device.publish('devices/survivor/state')).toBe(NOT_AUTHORIZED);
  expect(await connector.check()).toMatchObject({ ok: false, code: 'credentials' });
  await broker.stop();
  await writeFile(state, await initialDynsec(ADMINISTRATOR));
  await broker.start();
  expect(await store.again('local')).toBe(1);
  expect(await queue.step()).toMatchObject({ done: 1, targetError: null });
  const back = await connectDevice(broker, identity);
  expect(await back.publish('devices/survivor/state')).toBe(ALLOWED);
  await back.close();
  await device.close();
  await connector.close();
});

it('same-name-other-certificate: a dead letter with its reason, and a person may retry it', async () => {
  const connector = new MosquittoConnector(broker.options('devices'));
  const store = new InMemoryOnboarding();
  const { queue } = queueAt(connector, store);
  const first = storeTestDevice(1);
  const namesake = { ...storeTestDevice(2), name: first.name };
  await connector.registerDevices([first]);
  await store.add('local', [namesake, storeTestDevice(3)]);
  expect(await queue.step()).toMatchObject({ done: 1, failed: 1 });
  const [dead] = await store.dead('local', null, 10);
  expect(dead).toMatchObject({
    fingerprint: namesake.fingerprint,
    attempts: 1,
    reason: {
      code: 'name-taken',
      message: `The broker knows "${first.name}" with another certificate. This one has no access. Revoke or remove the other, then retry.`,
    },
  });
  await connector.unregisterDevices([first]);
  expect(await store.retry('local', 'all')).toBe(1);
  expect(await queue.step()).toMatchObject({ done: 1 });
  await connector.close();
});

it('one-of-many-refused: the broker says no to one command, the others are registered', async () => {
  const connector = new MosquittoConnector(broker.options('devices'));
  const [one, two, three] = devices(20, 3) as [Device, Device, Device];
  await byHand({ command: 'createClient', username: two.name, textname: 'the operator', roles: [] });
  const results = await connector.registerDevices([one, two, three]);
  expect(results).toMatchObject([
    { fingerprint: one.fingerprint, outcome: 'ok' },
    { fingerprint: two.fingerprint, outcome: 'failed', error: { code: 'name-taken', retry: 'never' } },
    { fingerprint: three.fingerprint, outcome: 'ok' },
  ]);
  expect(await connector.revokeDevices([two])).toMatchObject([{ error: { code: 'name-taken' } }]);
  expect(await connector.unregisterDevices([two])).toMatchObject([{ error: { code: 'name-taken' } }]);
  await connector.close();
});

it('role-left-behind: a device gets its own topics, not what an old role of its name gave', async () => {
  const identity = await broker.authority.issue('heir');
  const acls = [{ acltype: 'publishClientSend' as const, topic: '#', allow: true }];
  await byHand({ command: 'createRole', rolename: 'rootline-device:heir', acls });
  const connector = new MosquittoConnector(broker.options('devices'));
  expect(await connector.registerDevices([identity.device])).toMatchObject([{ outcome: 'ok' }]);
  const device = await connectDevice(broker, identity);
  expect(await device.publish('devices/heir/state')).toBe(ALLOWED);
  expect(await device.publish('devices/somebody/state')).toBe(NOT_AUTHORIZED);
  await device.close();
  await connector.close();
});

it('everyone-may-by-default: registers nothing, and says what to change', async () => {
  const acls = (allow: boolean) => [{ acltype: 'publishClientReceive' as const, allow }];
  await byHand({ command: 'setDefaultACLAccess', acls: acls(true) });
  const connector = new MosquittoConnector(broker.options('devices'));
  expect(await connector.check()).toMatchObject({ ok: false, code: 'unsafe' });
  await expect(connector.registerDevices(devices(60, 1))).rejects.toMatchObject({ code: 'unsafe' });
  await byHand({ command: 'setDefaultACLAccess', acls: acls(false) });
  expect(await connector.registerDevices(devices(60, 1))).toMatchObject([{ outcome: 'ok' }]);
  await connector.close();
});

it('throttled: no more devices a second than the target is set to', async () => {
  const connector = new MosquittoConnector({ ...broker.options('devices'), ratePerSecond: 10 });
  const store = new InMemoryOnboarding();
  const { clock, queue } = queueAt(connector, store);
  const start = clock.now;
  await store.add('local', devices(3_000, 35));
  for (let step = await queue.step(); step.waitMs !== null; step = await queue.step()) {
    const { registered } = await store.counts('local');
    expect(registered).toBeLessThanOrEqual(10 + ((clock.now - start) / 1_000) * 10);
    clock.now += step.waitMs;
  }
  expect(await store.counts('local')).toMatchObject({ registered: 35 });
  expect(clock.now - start).toBe(2_500);
  await connector.close();
});

it('two administrators at once: each gets the answers to its own commands', async () => {
  const connectors = [1, 2, 3].map(() => new MosquittoConnector(broker.options('devices')));
  const results = await Promise.all(
    connectors.map(async (connector, index) => connector.registerDevices(devices(1_000 + index * 100, 100))),
  );
  expect(results.flat().every((result) => result.outcome === 'ok')).toBe(true);
  expect(results.map((list) => list.map((result) => result.fingerprint))).toEqual(
    [0, 1, 2].map((index) => devices(1_000 + index * 100, 100).map((device) => device.fingerprint)),
  );
  await Promise.all(connectors.map(async (connector) => connector.close()));
});

it('call-cancelled: ends at once and says so', async () => {
  const connector = new MosquittoConnector(broker.options('devices'));
  const stop = new AbortController();
  const call = connector.registerDevices(devices(2_000, 200), stop.signal);
  stop.abort();
  await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  await connector.close();
});

describe('files', () => {
  it('file-written-and-not-loaded: the next process loads it', async () => {
    const options = broker.options('devices-by-file');
    const deaf = new MosquittoConnector(options, {
      reload: async () => Promise.reject(new Error('no systemd here')),
    });
    const [device] = devices(30, 1);
    await expect(deaf.registerDevices([device!])).rejects.toThrow('no systemd here');
    let loads = 0;
    const next = new MosquittoConnector(options, {
      reload: async () => {
        loads += 1;
        return Promise.resolve();
      },
    });
    expect(await next.registerDevices([device!])).toMatchObject([{ outcome: 'already' }]);
    expect(await next.registerDevices([device!])).toMatchObject([{ outcome: 'already' }]);
    expect(loads).toBe(1);
    await deaf.close();
    await next.close();
  });

  it('pid-file-of-another-program: it gets no signal', async () => {
    const pidFile = join(broker.folder, 'other.pid');
    await writeFile(pidFile, String(process.pid));
    const options = broker.options('devices-by-file');
    const connector = new MosquittoConnector({ ...options, files: { ...broker.files, pidFile } });
    await expect(connector.registerDevices(devices(31, 1))).rejects.toMatchObject({ code: 'reload' });
    await connector.close();
  });

  it('file-in-a-folder-that-is-not-there: says which, and the broker goes on', async () => {
    const crlFile = join(broker.folder, 'nowhere', 'revoked.pem');
    const connector = new MosquittoConnector({
      ...broker.options('ca'),
      files: { ...broker.files, crlFile },
    });
    const crl = await broker.authority.crl([], new Date());
    await expect(connector.publishCrl(crl)).rejects.toMatchObject({
      code: 'files',
      context: { path: crlFile },
    });
    const { code, sentence } = await connector.check();
    expect(code).toBe('files');
    expect(sentence).toContain(crlFile);
    await connector.close();
  });

  it('keeps what a person wrote in the acl_file, and its mode', async () => {
    const { aclFile } = broker.files;
    const mine = '# by hand\nuser operator\ntopic read devices/#\n';
    await writeFile(aclFile, mine);
    await chmod(aclFile, 0o640);
    const connector = new MosquittoConnector(broker.options('devices-by-file'));
    const [one, two] = devices(40, 2) as [Device, Device];
    await connector.registerDevices([one, two]);
    await connector.unregisterDevices([one]);
    const text = await readFile(aclFile, 'utf8');
    expect(text).toBe(
      `${mine}# rootline sha256:${two.fingerprint}\nuser ${two.name}\ntopic readwrite devices/${two.name}/#\n`,
    );
    const [result] = await connector.registerDevices([{ ...storeTestDevice(50), name: 'operator' }]);
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'name-taken' } });
    await connector.close();
  });

  it('list-from-the-future: not published, because nobody could connect under it', async () => {
    const connector = new MosquittoConnector(broker.options('ca'));
    const crl = await broker.authority.crl([], new Date(Date.now() + 60_000));
    await expect(connector.publishCrl(crl)).rejects.toMatchObject({ code: 'crl-not-valid', retry: 'later' });
    await connector.close();
  });

  it('list-ended: the check says since when devices cannot connect', async () => {
    const now = (): number => Date.now() + 40 * 86_400_000;
    const connector = new MosquittoConnector(broker.options('ca'), { now });
    expect(await connector.check()).toMatchObject({ ok: false, code: 'crl-not-valid' });
    const crl = await broker.authority.crl([], new Date());
    await expect(connector.publishCrl(crl)).rejects.toMatchObject({ code: 'crl-not-valid' });
    await connector.close();
  });

  it('without the file that it needs, says which one', async () => {
    const connector = new MosquittoConnector({ ...broker.options('devices'), files: {} });
    expect(connector.capabilities.publishesCrl).toBe(false);
    const crl = await broker.authority.crl([], new Date());
    await expect(connector.publishCrl(crl)).rejects.toMatchObject({
      code: 'unsupported',
      context: { file: 'crlFile' },
    });
    await connector.close();
  });
});
