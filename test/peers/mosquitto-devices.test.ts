import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '#connectors/bench/local-authority.ts';
import { LocalBroker } from '#connectors/bench/local-broker.ts';
import { MosquittoConnector } from '#connectors/mosquitto/mosquitto-connector.ts';
import { ALLOWED, connectDevice, NOT_AUTHORIZED, refusalOf, THROWN_OUT } from './mosquitto.test-support.ts';

describe.each(['devices', 'devices-by-file'] as const)('a broker that knows each device (%s)', (mode) => {
  let broker: LocalBroker;
  let connector: MosquittoConnector;
  beforeAll(async () => {
    broker = await LocalBroker.open();
    connector = new MosquittoConnector(broker.options(mode));
  });
  afterAll(async () => {
    await connector.close();
    await broker.close();
  });
  const issue = async (name: string): Promise<Identity> => broker.authority.issue(name);

  it('says in a sentence that it is ready', async () => {
    expect(await connector.check()).toEqual({
      ok: true,
      code: null,
      sentence: `The broker at localhost:${broker.adminPort} answers, and lets this administrator register devices.`,
    });
  });

  it('gives a registered device its own topics and no others', async () => {
    const [mine, other] = [await issue('meter-1'), await issue('meter-2')];
    expect(await connector.registerDevices([mine.device, other.device])).toEqual([
      { fingerprint: mine.device.fingerprint, outcome: 'ok' },
      { fingerprint: other.device.fingerprint, outcome: 'ok' },
    ]);
    const device = await connectDevice(broker, mine);
    expect(await device.publish('devices/meter-1/state')).toBe(ALLOWED);
    expect(await device.publish('devices/meter-2/state')).toBe(NOT_AUTHORIZED);
    expect(await device.publish('$CONTROL/dynamic-security/v1')).toBe(NOT_AUTHORIZED);
    await device.close();
  });

  it('delivers to a device what is on its own topics, whatever it subscribes to', async () => {
    const [mine, other] = [await issue('meter-3'), await issue('meter-4')];
    await connector.registerDevices([mine.device, other.device]);
    const [device, talker] = [await connectDevice(broker, mine), await connectDevice(broker, other)];
    // An acl_file refuses no subscription (mosquitto 2.0.11); what counts is what comes.
    for (const topic of ['#', 'devices/meter-4/#', '$CONTROL/#', 'devices/meter-3/#'])
      await device.subscribe(topic);
    expect(await talker.publish('devices/meter-4/state')).toBe(ALLOWED);
    expect(await device.publish('devices/meter-3/state')).toBe(ALLOWED);
    expect(await device.firstMessage).toBe('devices/meter-3/state');
    await device.close();
    await talker.close();
  });

  it('gives a device that nobody registered nothing, whatever CA it is from', async () => {
    const device = await connectDevice(broker, await issue('stranger'));
    expect(await device.publish('devices/stranger/state')).toBe(NOT_AUTHORIZED);
    await device.close();
  });

  it('takes the same certificate twice as one', async () => {
    const { device } = await issue('twice');
    await connector.registerDevices([device]);
    expect(await connector.registerDevices([device])).toEqual([
      { fingerprint: device.fingerprint, outcome: 'already' },
    ]);
  });

  it('refuses a second certificate of the same name and leaves the first its access', async () => {
    const [first, second] = [await issue('namesake'), await issue('namesake')];
    await connector.registerDevices([first.device]);
    const [result] = await connector.registerDevices([second.device]);
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'name-taken', retry: 'never' } });
    const device = await connectDevice(broker, first);
    expect(await device.publish('devices/namesake/state')).toBe(ALLOWED);
    await device.close();
  });

  it('refuses names that reach beyond their own topics, without troubling the others of the call', async () => {
    const names = ['fine-1', 'a/b', '#', '+', 'x\ntopic readwrite #', '', 'rootline/admin', 'fine-2'];
    const { device } = await issue('any');
    const devices = names.map((name, index) => ({ ...device, name, fingerprint: String(index).repeat(64) }));
    const results = await connector.registerDevices(devices);
    expect(
      results.map((result) => (result.outcome === 'failed' ? result.error.code : result.outcome)),
    ).toEqual(['ok', ...new Array<string>(6).fill('name-unsuitable'), 'ok']);
  });

  it('throws a revoked device out, and it cannot come back', async () => {
    const lost = await issue('lost');
    await connector.registerDevices([lost.device]);
    const device = await connectDevice(broker, lost);
    expect(await device.publish('devices/lost/state')).toBe(ALLOWED);
    expect(await connector.publishCrl(await broker.authority.crl([lost.device], new Date()))).toBe('ok');
    expect(await connector.revokeDevices([lost.device])).toMatchObject([{ outcome: 'ok' }]);
    expect(await device.ended).toEqual({ reasonCode: THROWN_OUT });
    expect(await refusalOf(broker, lost)).toMatch(/CERTIFICATE_REVOKED/);
    expect(await connector.revokeDevices([lost.device])).toMatchObject([{ outcome: 'already' }]);
    expect(await connector.registerDevices([lost.device])).toMatchObject([{ error: { code: 'revoked' } }]);
  });

  it('takes the rights of a revoked device at once, even before the list of revoked certificates is out', async () => {
    const early = await issue('early');
    await connector.registerDevices([early.device]);
    await connector.revokeDevices([early.device]);
    const device = await connectDevice(broker, early);
    expect(await device.publish('devices/early/state')).toBe(NOT_AUTHORIZED);
    expect(await device.subscribe('devices/early/#')).toBe(NOT_AUTHORIZED);
    await device.close();
  });

  it('forgets a device that was scrapped; its name is free again', async () => {
    const [scrapped, next] = [await issue('slot-7'), await issue('slot-7')];
    await connector.registerDevices([scrapped.device]);
    await connector.unregisterDevices([scrapped.device]);
    expect(await connector.registerDevices([next.device])).toMatchObject([{ outcome: 'ok' }]);
  });
});
