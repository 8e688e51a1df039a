import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LocalAuthority, type Identity } from '#connectors/bench/local-authority.ts';
import { LocalBroker } from '#connectors/bench/local-broker.ts';
import { MosquittoConnector } from '#connectors/mosquitto/mosquitto-connector.ts';
import {
  ALLOWED,
  connectDevice,
  connectsWith,
  keptSession,
  NOT_AUTHORIZED,
  refusalOf,
  THROWN_OUT,
  type ConnectedDevice,
} from './mosquitto.test-support.ts';

let broker: LocalBroker;
let connector: MosquittoConnector;
let factory: LocalAuthority;
let [lost, kept]: Identity[] = [];
let live: ConnectedDevice | undefined;

beforeAll(async () => {
  broker = await LocalBroker.open();
  connector = new MosquittoConnector(broker.options('ca'));
  factory = await LocalAuthority.make('Factory CA');
  [lost, kept] = [await factory.issue('pump-1'), await factory.issue('pump-2')];
});
afterAll(async () => {
  await live?.close();
  await connector.close();
  await broker.close();
});

/** Each a second after the one before, as lists must be, and none in the future. */
let issued = Date.now() - 50_000;
const nextTime = (): Date => new Date((issued += 1_000));

it('refuses devices of a CA that it was not told of', async () => {
  expect(await refusalOf(broker, kept!)).toMatch(/UNKNOWN_CA/);
  const [result] = await connector.registerDevices([kept!.device]);
  expect(result).toMatchObject({ outcome: 'failed', error: { code: 'bad-certificate', retry: 'later' } });
});

it('takes no CA without its list of revoked certificates, because the broker would refuse all of it', async () => {
  await expect(connector.registerCa({ certificates: [factory.der] })).rejects.toMatchObject({
    code: 'crl-missing',
  });
  expect(await readdir(broker.files.caDirectory)).toEqual([]);
});

it('takes every device of a CA with one registration, without a restart', async () => {
  const bystander = await connectDevice(broker, await broker.authority.issue('bystander'));
  const ca = { certificates: [factory.der], crl: await factory.crl([], nextTime()) };
  expect(await connector.registerCa(ca)).toBe('ok');
  expect(await connector.registerCa(ca)).toBe('already');
  live = await connectDevice(broker, lost!);
  expect(await live.publish('devices/pump-1/state')).toBe(ALLOWED);
  expect(await live.publish('devices/pump-2/state')).toBe(NOT_AUTHORIZED);
  expect(await bystander.publish('devices/bystander/state')).toBe(ALLOWED);
  await bystander.close();
});

it('says of each device that nothing is left to do', async () => {
  const results = await connector.registerDevices([lost!.device, kept!.device]);
  expect(results.map((result) => result.outcome)).toEqual(['already', 'already']);
});

it('delivers to a device what is on its own topics, whatever it subscribes to', async () => {
  const [device, talker] = [await connectDevice(broker, kept!), live!];
  for (const topic of ['#', 'devices/pump-1/#', '$CONTROL/#', 'devices/pump-2/#'])
    await device.subscribe(topic);
  expect(await talker.publish('devices/pump-1/state')).toBe(ALLOWED);
  expect(await device.publish('devices/pump-2/state')).toBe(ALLOWED);
  expect(await device.firstMessage).toBe('devices/pump-2/state');
  await device.close();
});

it.each(['#', '+', 'pump-2/#', 'pump-2/state'])(
  'a certificate named %s reaches nobody else',
  async (name) => {
    const identity = await factory.issue(name);
    const device = await connectDevice(broker, identity);
    expect(await device.publish('devices/pump-2/cmd')).toBe(NOT_AUTHORIZED);
    expect(await device.publish('devices/pump-2')).toBe(NOT_AUTHORIZED);
    await device.close();
    const [result] = await connector.registerDevices([identity.device]);
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'name-unsuitable' } });
  },
);

it('throws a revoked device out of its live connection; it cannot come back, the others stay', async () => {
  const device = await connectDevice(broker, kept!);
  expect(await connector.publishCrl(await factory.crl([lost!.device], nextTime()))).toBe('ok');
  expect(await connector.revokeDevices([lost!.device])).toMatchObject([{ outcome: 'ok' }]);
  expect(await live!.ended).toEqual({ reasonCode: THROWN_OUT });
  expect(await refusalOf(broker, lost!)).toMatch(/CERTIFICATE_REVOKED/);
  expect(await device.publish('devices/pump-2/state')).toBe(ALLOWED);
  expect(await connector.registerDevices([lost!.device])).toMatchObject([{ error: { code: 'revoked' } }]);
  await device.close();
});

it('a kept TLS session does not bring a revoked device back', async () => {
  const guest = await factory.issue('pump-3');
  const session = await keptSession(broker, guest);
  expect(await connectsWith(broker, guest, session)).toBe(true);
  const crl = await factory.crl([lost!.device, guest.device], nextTime());
  await connector.publishCrl(crl);
  await connector.revokeDevices([guest.device]);
  expect(await connectsWith(broker, guest, session)).toBe(false);
});

it('stays out after the broker was restarted', async () => {
  await broker.stop('SIGKILL');
  await broker.start();
  expect(await refusalOf(broker, lost!)).toMatch(/CERTIFICATE_REVOKED/);
  const device = await connectDevice(broker, kept!);
  expect(await device.publish('devices/pump-2/state')).toBe(ALLOWED);
  await device.close();
});

it('keeps the newer of two lists, and the lists of other CAs', async () => {
  await expect(connector.publishCrl(await factory.crl([], new Date(issued - 1_000)))).rejects.toMatchObject({
    code: 'crl-not-newer',
  });
  expect(await connector.publishCrl(await broker.authority.crl([], nextTime()))).toBe('ok');
  expect(await refusalOf(broker, lost!)).toMatch(/CERTIFICATE_REVOKED/);
});

it('refuses what is no list and no CA before the broker sees it', async () => {
  await expect(connector.publishCrl(lost!.device.certificate)).rejects.toMatchObject({ code: 'bad-crl' });
  await expect(connector.registerCa({ certificates: [lost!.device.certificate] })).rejects.toMatchObject({
    code: 'bad-certificate',
  });
  const device = await connectDevice(broker, kept!);
  expect(await device.publish('devices/pump-2/state')).toBe(ALLOWED);
  await device.close();
});

it('refuses a whole CA once it is taken away', async () => {
  const ca = { certificates: [factory.der] };
  expect(await connector.unregisterCa(ca)).toBe('ok');
  expect(await connector.unregisterCa(ca)).toBe('already');
  await broker.stop();
  await broker.start();
  expect(await refusalOf(broker, kept!)).toMatch(/UNKNOWN_CA/);
});
