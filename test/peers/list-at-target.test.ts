import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalBroker } from '#connectors/bench/local-broker.ts';
import { MosquittoConnector } from '#connectors/mosquitto/mosquitto-connector.ts';
import { ListAtTarget } from '#services/onboarding/list-at-target.ts';
import { connectDevice, refusalOf } from './mosquitto.test-support.ts';

let broker: LocalBroker;
let connector: MosquittoConnector;
const { signal } = new AbortController();

beforeEach(async () => {
  broker = await LocalBroker.open();
});
afterEach(async () => {
  await connector.close();
  await broker.close();
});

/** Lists of the broker's own CA: the first at that second, each later one a second after it. */
function listsFrom(second: number, revoked: Parameters<LocalBroker['authority']['crl']>[0]) {
  const made = [broker.authority.crl(revoked, new Date(second * 1000))];
  const current = async () => Buffer.from((await made.at(-1)) ?? []);
  const renew = () => {
    made.push(broker.authority.crl(revoked, new Date((second + made.length) * 1000)));
    return current();
  };
  return { made, crl: { current, renew } };
}

const now = (): number => Math.floor(Date.now() / 1000);

it('signs anew, a second later, where the broker has a list of the same second, and the new one is obeyed', async () => {
  connector = new MosquittoConnector(broker.options('devices'));
  const identity = await broker.authority.issue('thermostat-1');
  const second = now() - 30;
  await connector.publishCrl(await broker.authority.crl([], new Date(second * 1000)));
  await (await connectDevice(broker, identity)).close();
  const { made, crl } = listsFrom(second, [identity.device]);
  const list = new ListAtTarget({ connector, crl, thrownOutAgain: () => Promise.resolve() });
  await list.publish(signal);
  expect(list.failure).toBeNull();
  expect(made).toHaveLength(2);
  expect(await refusalOf(broker, identity)).toMatch(/REVOKED/);
  await list.publish(signal);
  expect(made).toHaveLength(2);
});

it('says why the list is not there, and has those thrown out again who came back before it was', async () => {
  const folder = join(broker.folder, 'not-mounted');
  const options = broker.options('devices');
  connector = new MosquittoConnector({
    ...options,
    files: { ...options.files, crlFile: join(folder, 'crl.pem') },
  });
  let again = 0;
  const { crl } = listsFrom(now() - 30, []);
  const thrownOutAgain = () => Promise.resolve((again += 1));
  const list = new ListAtTarget({ connector, crl, thrownOutAgain });
  await list.publish(signal);
  expect(list.failure).toContain(folder);
  expect(again).toBe(0);
  await mkdir(folder);
  await list.publish(signal);
  expect(list.failure).toBeNull();
  expect(again).toBe(1);
  await list.publish(signal);
  expect(again).toBe(1);
});
