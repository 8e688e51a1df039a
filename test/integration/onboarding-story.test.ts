import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMINISTRATOR, LocalBroker } from '#connectors/bench/local-broker.ts';
import { initialDynsec } from '#connectors/mosquitto/initial-dynsec.ts';
import type { MosquittoMode } from '#connectors/mosquitto/options.ts';
import { RunningChip } from '#drivers/virtual/network/chip.ts';
import { partFromBench } from '#drivers/virtual/network/from-bench.ts';
import { VirtualDevice } from '#drivers/virtual/network/virtual-device.ts';
import { inviteStation } from '#cloud/join/invite.ts';
import type { Cloud } from '#cloud/server/cloud.ts';
import { ask, callApi } from './api.test-support.ts';
import { cloudBed, until, type CloudBed } from './cloud.test-support.ts';
import { startTestStation, type TestStation } from './harness.ts';
import { connectTo, refusalOf, Subscriber, targetAt, trust } from './onboarding-story.test-support.ts';

const START_MS = 120_000;
const STORY_MS = 60_000;

/** Who registers the devices at the broker, and how. */
const STORIES: [side: 'cloud' | 'station', mode: MosquittoMode][] = [
  ['cloud', 'devices'],
  ['station', 'devices'],
  ['station', 'devices-by-file'],
  ['cloud', 'ca'],
  ['station', 'ca'],
];
/** Administrative action (MQTT 5, 3.14.2.1). */
const THROWN_OUT = { code: 'disconnected', detail: '152' };
const SITES = ['A1', 'A2'] as const;

let bed: CloudBed;
let cloud: Cloud;
let test: TestStation;
let token: string;
/** Devices made so far: a target of the station that comes late is told of those before it as well, one of the cloud is not. */
let made = 0;

beforeAll(async () => {
  bed = await cloudBed('PGlite');
  [cloud, test] = await Promise.all([bed.node(), startTestStation({ sites: SITES.length })]);
  token = cloud.adminToken ?? '';
  const { tenant, publicUrl, context } = cloud;
  const invitation = { tenantId: tenant.id, actor: 'test', name: 'Line 3', courier: false };
  const { code } = await inviteStation(context, invitation);
  const officer = test.callAs('officer');
  const { url, fingerprint } = await officer('sync.look', { address: publicUrl });
  await officer('sync.join', { url, fingerprint, code });
  await test.openBatch(STORIES.length * SITES.length + 2);
}, START_MS);
afterAll(async () => {
  await test.dispose();
  await bed.close();
});

/** A unit is made; then the very part that is on the bench goes into the field with what the station injected. */
async function makeDevice(site: string): Promise<VirtualDevice> {
  await test.until(site, 'empty');
  await test.hands.insert(site);
  await test.until(site, 'passed');
  made += 1;
  const flash = await test.hands.control(site).flash();
  expect(flash).toMatchObject({ dlm: 'LCK_BOOT', protection: 'PL0' });
  await test.hands.remove(site);
  return new VirtualDevice(RunningChip.start(partFromBench(flash)));
}

const fingerprintOf = ({ chip }: VirtualDevice): string =>
  createHash('sha256')
    .update(chip.chain[0] ?? '')
    .digest('hex');

async function stationCas(): Promise<Buffer[]> {
  const keys = ['pki.issuing-ca', 'pki.root-ca'];
  const ders = await Promise.all(keys.map((key) => test.store.settings.get(key)));
  return ders.map((der) => Buffer.from(der ?? '', 'base64'));
}

/** The target, and how many devices are registered or revoked there; `leave` before the broker goes. */
async function openTarget(side: 'cloud' | 'station', mode: MosquittoMode, broker: LocalBroker) {
  const settings = targetAt(broker, `${side} ${mode}`, mode);
  const engineer = test.callAs('engineer');
  if (side === 'station') {
    const { id } = await engineer('onboarding.add', settings);
    const view = async () =>
      (await engineer('onboarding.targets', {})).targets.find((each) => each.id === id);
    const leave = () => engineer('onboarding.remove', { id });
    return { view, leave, again: () => engineer('onboarding.again', { id }) };
  }
  const { id } = await ask(cloud, 'createTarget', token, { body: { ...settings, kind: 'mosquitto' } });
  const view = async () => (await ask(cloud, 'targets', token)).targets.find((each) => each.id === id);
  const leave = () => ask(cloud, 'pauseTarget', token, { params: { id }, body: { paused: true } });
  const again = () => ask(cloud, 'registerAgain', token, { params: { id }, body: {} });
  return { view, leave, again };
}

/**
 * The station has not signed its list yet: the device is thrown out, comes back without rights, and is thrown out for good
 * once the list is there.
 */
async function comeBackUntilListed(broker: LocalBroker, device: VirtualDevice): Promise<void> {
  const back = await connectTo(broker, device);
  const mute = back.publish(`devices/${device.commonName}/hello`, 'again', { qos: 1 });
  await expect(mute).rejects.toMatchObject({ code: 135 });
  await test.callAs('engineer')('sync.pause', { paused: false });
  expect(await back.closed).toMatchObject(THROWN_OUT);
}

describe.each(STORIES)('a device from the bench, made known by the %s (%s)', (side, mode) => {
  let broker: LocalBroker;
  let subscriber: Subscriber;
  beforeAll(async () => {
    broker = await LocalBroker.open();
    subscriber = await Subscriber.open(broker);
  }, START_MS);
  afterAll(async () => {
    await subscriber.close();
    await broker.close();
  });

  it(
    'connects, speaks on its own topic only, is revoked and stays out; another stays',
    async () => {
      if (mode !== 'ca') await trust(broker, await stationCas());
      const target = await openTarget(side, mode, broker);
      const [first, other] = await Promise.all(SITES.map(makeDevice));
      if (first === undefined || other === undefined) throw new Error('two sites make two devices');
      const wanted = side === 'station' ? made : SITES.length;
      await until(async () => {
        const counts = (await target.view())?.counts;
        return counts !== undefined && counts.registered + counts.revoked === wanted;
      }, 'all registered');

      const [live, stays] = [await connectTo(broker, first), await connectTo(broker, other)];
      await live.publish(`devices/${first.commonName}/hello`, 'warm', { qos: 1 });
      await subscriber.heard(`devices/${first.commonName}/hello`, 'warm');
      const foreign = live.publish(`devices/${other.commonName}/hello`, 'forged', { qos: 1 });
      await expect(foreign).rejects.toMatchObject({ code: 135 });

      const params = { fingerprint: fingerprintOf(first) };
      await until(
        async () => (await callApi(cloud, 'certificate', token, { params })).status === 200,
        'certificate in the cloud',
      );
      if (side === 'cloud') await test.callAs('engineer')('sync.pause', { paused: true });
      await ask(cloud, 'revokeCertificate', token, { params, body: { reason: 'keyCompromise' } });
      // A quiet station asks every half minute what there is for it; a person need not wait for that.
      if (side === 'station') await test.call('sync.now', {});
      expect(await live.closed).toMatchObject(THROWN_OUT);
      if (side === 'cloud') await comeBackUntilListed(broker, first);
      // The list was there before the device was thrown out.
      expect(await refusalOf(broker, first)).toBe('tls:alert:certificate_revoked');

      await stays.publish(`devices/${other.commonName}/hello`, 'still here', { qos: 1 });
      await subscriber.heard(`devices/${other.commonName}/hello`, 'still here');
      await until(async () => {
        const counts = (await target.view())?.counts;
        // A target that comes late is told of those before as well.
        return counts !== undefined && counts.revoked >= 1 && counts.waiting + counts.retry === 0;
      }, 'revoked is booked');
      expect(await refusalOf(broker, first)).toBe('tls:alert:certificate_revoked');
      await stays.close();
      await target.leave();
      expect(test.defects).toEqual([]);
    },
    STORY_MS,
  );
});

describe.each(['cloud', 'station'] as const)('a broker that lost its state, target of the %s', (side) => {
  let broker: LocalBroker;
  beforeAll(async () => {
    broker = await LocalBroker.open();
  }, START_MS);
  afterAll(() => broker.close());

  it(
    'knows its devices again once a person has them registered again',
    async () => {
      await trust(broker, await stationCas());
      const target = await openTarget(side, 'devices', broker);
      const device = await makeDevice(SITES[0]);
      // Without the list of its CA the broker does not even let it in.
      const speaks = async (): Promise<boolean> => {
        const connection = await connectTo(broker, device).catch(() => null);
        const answer = connection?.publish(`devices/${device.commonName}/hello`, 'x', { qos: 1 });
        const spoke = await answer?.then(() => true).catch(() => false);
        await connection?.close();
        return spoke ?? false;
      };
      await until(speaks, 'registered');
      await broker.stop();
      await writeFile(join(broker.folder, 'dynsec.json'), await initialDynsec(ADMINISTRATOR));
      await broker.start();
      expect(await speaks()).toBe(false);
      expect((await target.again()).again).toBeGreaterThan(0);
      await until(speaks, 'registered again');
      await target.leave();
    },
    STORY_MS,
  );
});
