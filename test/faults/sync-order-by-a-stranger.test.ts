import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signerOf } from '#cloud/pki/tenant-authority.ts';
import { DOWN_TYPE } from '#protocol/down.ts';
import { newRoot, newSender } from '#protocol/courier/courier-fixtures.ts';
import { signJws } from '#services/records/jws.ts';
import { demoJob, orderOf, queued, replaceQueued, send } from './orders.test-support.ts';
import {
  joinedStation,
  quickPace,
  START_MS,
  startTestCloud,
  type SyncStation,
  type TestCloud,
} from './sync.test-support.ts';

let test: TestCloud;
beforeAll(async () => {
  test = await startTestCloud();
}, START_MS);
afterAll(() => test.dispose());

const payloadOf = (jws: string): string => Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString();

/** Puts another message in the place of an order and returns what the station says of it. */
async function refused(forge: (right: string, station: SyncStation) => Promise<string> | string) {
  const { station, stationId } = await joinedStation(test, { line: { pace: quickPace() } });
  const sequence = await send(
    test,
    stationId,
    'order',
    await orderOf(test, await demoJob(), randomUUID(), 40),
  );
  const right = await queued(test, stationId, sequence);
  await replaceQueued(test, stationId, sequence, await forge(right, station));
  await station.call('sync.now', {});
  const { error } = await station.until((view) => view.error !== null);
  expect(await station.store.inbox.applied()).toBe(0);
  expect(station.jobs.size).toBe(0);
  await replaceQueued(test, stationId, sequence, right);
  await station.call('sync.now', {});
  await station.until((view) => view.error === null && view.received.length === 1);
  await station.dispose();
  return error;
}

it('signed by an authority of somebody else', async () => {
  const root = await newRoot('Stranger Root');
  const stranger = await newSender('stranger', root);
  const error = await refused((right) => {
    const by = { signer: signerOf(stranger.privateKey), chain: [stranger.certificate, root.certificate] };
    return signJws(by, DOWN_TYPE, payloadOf(right));
  });
  expect(error).toMatchObject({
    code: 'down-stranger',
    what: 'A message came that is not signed by the owner of this station.',
  });
});

it('signed by another station of the same owner, whose certificate leads to the very root', async () => {
  const { authorities } = test.cloud.context;
  const authority = await authorities.of(test.cloud.tenant.id);
  const root = await newRoot('Key of a station');
  const key = createPrivateKey(root.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const { publicKeySpki } = signerOf(key);
  const plan = { commonName: 'Line 4', publicKeySpki, days: 90, use: 'client' } as const;
  const certificate = await authority.issue(plan, new Date());
  const error = await refused((right) => {
    const by = { signer: signerOf(key), chain: [certificate, authority.issuing.certificate] };
    return signJws(by, DOWN_TYPE, payloadOf(right));
  });
  expect(error).toMatchObject({ code: 'down-stranger' });
});

it('altered on its way: more pieces than were ordered', async () => {
  const error = await refused((right) => {
    const [head = '', , signature = ''] = right.split('.');
    const payload = payloadOf(right).replace('"allowance":40', '"allowance":41');
    return `${head}.${Buffer.from(payload).toString('base64url')}.${signature}`;
  });
  expect(error).toMatchObject({
    code: 'down-altered',
    what: 'A message from the cloud was altered on its way.',
  });
});

it('signed by the tenant, but for another purpose', async () => {
  const { signer, issuing } = await test.cloud.context.authorities.of(test.cloud.tenant.id);
  const error = await refused((right) => {
    const encode = (text: string) => Buffer.from(text).toString('base64url');
    const x5c = [signer.certificate, issuing.certificate].map((der) => der.toString('base64'));
    const input = `${encode(JSON.stringify({ alg: 'ES256', typ: 'rootline-record+json', x5c }))}.${encode(payloadOf(right))}`;
    const raw = sign('sha256', Buffer.from(input), { key: signer.privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${raw.toString('base64url')}`;
  });
  expect(error).toMatchObject({ code: 'down-stranger' });
});
