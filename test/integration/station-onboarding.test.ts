import { createHash, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMINISTRATOR, LocalBroker } from '#connectors/bench/local-broker.ts';
import type { OnboardingTargetView } from '#contract/sync.ts';
import { normalSerial, readCrl } from '#services/pki/crl-read.ts';
import { deviceCertificates } from '#store/certificate-fixtures.ts';
import { signedUnit } from '#store/outbox-fixtures.ts';
import { send } from '../faults/orders.test-support.ts';
import {
  joinedStation,
  newUid,
  openTestBatch,
  START_MS,
  startTestCloud,
  type SyncStation,
  type TestCloud,
} from '../faults/sync.test-support.ts';

let test: TestCloud;
let broker: LocalBroker;
beforeAll(async () => {
  [test, broker] = await Promise.all([startTestCloud(), LocalBroker.open()]);
}, START_MS);
afterAll(async () => {
  await broker.close();
  await test.dispose();
});

/** Polls: targets have no topic of their own. */
async function until(
  station: SyncStation,
  holds: (target: OnboardingTargetView) => boolean,
): Promise<OnboardingTargetView> {
  const deadline = performance.now() + 25_000;
  for (;;) {
    const [target] = (await station.call('onboarding.targets', {})).targets;
    if (target !== undefined && holds(target)) return target;
    if (performance.now() > deadline) throw new Error(JSON.stringify(target));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('units that passed are registered at a real broker, told to the cloud, and revoked when the cloud says so', async () => {
  const { station, stationId } = await joinedStation(test);
  const batch = await openTestBatch(station.store);
  const [first, second] = deviceCertificates.ders;
  await signedUnit(station.store, batch, newUid(), first);
  const target = {
    ...{ name: 'Hall broker', mode: 'devices' as const, url: `mqtts://localhost:${broker.adminPort}` },
    ...{ ca: broker.authority.pem, ...ADMINISTRATOR, crlFile: '', aclFile: '', caDirectory: '', pidFile: '' },
  } as const;
  const added = await station.call('onboarding.add', target);
  expect(added.health).toMatchObject({ ok: true });
  await until(station, ({ counts }) => counts.registered === 1);
  await signedUnit(station.store, batch, newUid(), second);
  station.notice();
  await until(station, ({ counts }) => counts.registered === 2);
  expect(JSON.stringify(await station.store.onboarding.targets())).not.toContain(ADMINISTRATOR.password);

  const fingerprint = createHash('sha256').update(first!).digest('hex');
  const serial = new X509Certificate(first!).serialNumber.toLowerCase();
  const revoked = {
    fingerprint,
    serial,
    deviceId: null,
    reason: 'keyCompromise',
    at: new Date().toISOString(),
  };
  await send(test, stationId, 'revocations', { revoked: [revoked], crl: null });
  await station.call('sync.now', {});
  await until(station, ({ counts }) => counts.revoked === 1 && counts.registered === 1);
  // The list that only this station can sign went up with it.
  const setting = JSON.parse((await station.store.settings.get('pki.crl')) ?? '{}') as { der: string };
  const issuing = new X509Certificate(
    Buffer.from((await station.store.settings.get('pki.issuing-ca')) ?? '', 'base64'),
  );
  const list = readCrl(Buffer.from(setting.der, 'base64'), issuing);
  expect([...list.serials]).toEqual([normalSerial(fingerprint.slice(0, 32))]);
  await station.until(({ waiting, state }) => waiting === 0 && state === 'online');
  const rows = await station.store.outbox.page(0, { rows: 1000, bytes: 1e7 });
  // An empty one when it joined, and this.
  expect(rows.filter(({ line }) => line.includes('"k":"crl"'))).toHaveLength(2);
  expect(station.defects).toEqual([]);

  // A broker that is away loses nothing: the target says so, and goes on when it is back.
  await broker.stop();
  const away = await station.call('onboarding.check', { id: added.id });
  expect(away.health).toMatchObject({ ok: false });
  await broker.start();
  expect((await station.call('onboarding.check', { id: added.id })).health).toMatchObject({ ok: true });
  await station.call('onboarding.remove', { id: added.id });
  expect((await station.call('onboarding.targets', {})).targets).toEqual([]);
  await station.dispose();
});
