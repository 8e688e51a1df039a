import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';
import { FILES } from './files.ts';

let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig('cordelia');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());

const identify = () => rig.run('identify', { target: 'cordelia' });
const state = () => rig.run('read-state', {});
const join = (text = 'hall 2\nsecret word') =>
  rig.run('set-user-key', { slot: 'WLAN', key: Uint8Array.from(Buffer.from(text)) });
const [rootca, cert] = FILES;

describe('a Cordelia-I module', () => {
  it('says which module it is, and that nobody has enrolled it', async () => {
    const { uid } = await rig.hands.status();
    expect(await identify()).toMatchObject({
      ...{ chipUid: uid, maxBaudRate: 115_200, lifecycle: { dlm: 'OPEN' } },
      product: 'Cordelia-I 2610011025010, firmware 1.0.0',
    });
    await rig.hands.fault('wrong-chip 2610999999999');
    await expect(identify()).rejects.toMatchObject({ code: 'wrong-chip', chip: 'untouched' });
  });

  it('takes files, in pieces, over files that are there, and reads them back', async () => {
    await identify();
    const first = { address: rootca!.address, bytes: Uint8Array.from(randomBytes(3000)) };
    const second = { address: cert!.address, bytes: Uint8Array.from(randomBytes(10)) };
    for (const segments of [[first], [{ ...first, bytes: Uint8Array.from(randomBytes(5000)) }, second]]) {
      const image = imageOf(rig, ...segments);
      const total = segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
      expect(await rig.run('program', { image })).toMatchObject({ bytes: total, baudRate: 115_200 });
      expect(rig.heard.at(-1)).toMatchObject({ done: total, total, unit: 'B' });
      expect(await rig.run('verify', { image })).toMatchObject({ bytes: total });
    }
    const other = imageOf(rig, { ...second, bytes: Uint8Array.from(randomBytes(10)) });
    await expect(rig.run('verify', { image: other })).rejects.toMatchObject({
      ...{ code: 'verify-mismatch', context: { file: 'cert.pem' } },
    });
  });

  it('refuses an image that is no file of its before anything is sent', async () => {
    await identify();
    const image = imageOf(rig, { address: 0x100, bytes: Uint8Array.of(1) });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'image-range',
      chip: 'untouched',
    });
    const missing = imageOf(rig, { address: rootca!.address, bytes: Uint8Array.of(1) });
    await expect(rig.run('verify', { image: missing })).rejects.toMatchObject({
      context: { found: 'missing' },
    });
  });

  it.each(['', 'older-text always'])('joins its network and enrols once; spelling "%s"', async (fault) => {
    await identify();
    if (fault !== '') await rig.hands.fault(fault);
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'device-error' });
    await join();
    const { deviceId } = await rig.run('enrol', {});
    expect(deviceId).toMatch(/^[0-9a-f]{64}$/);
    expect(await state()).toMatchObject({ enrolled: true, deviceId, lifecycle: { dlm: 'ENROLLED' } });
    await join();
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'enrol-refused' });
    expect(await rig.run('initialize', {})).toMatchObject({ dlm: 'OPEN' });
  });

  it('joins an open network by its name, and refuses what would end an argument before anything is sent', async () => {
    await identify();
    for (const network of ['', 'a,b', 'a"', 'a\nb', 'x'.repeat(33)])
      await expect(rig.run('join-network', { network })).rejects.toMatchObject({
        ...{ code: 'bad-argument', chip: 'untouched' },
      });
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'device-error' });
    await rig.run('join-network', { network: 'enrolment hall' });
    expect((await rig.run('enrol', {})).deviceId).toMatch(/^[0-9a-f]{64}$/);
  });

  it('wipes the network’s password, and refuses what would end an argument', async () => {
    await identify();
    const key = Uint8Array.from(Buffer.from('net\nword'));
    await rig.run('set-user-key', { slot: 'WLAN', key });
    expect([...key]).toEqual(Array<number>(key.length).fill(0));
    for (const text of ['net\na,b', '\nword', 'net\nword\nmore', 'n"t\nword'])
      await expect(join(text)).rejects.toMatchObject({ code: 'bad-argument', chip: 'untouched' });
  });

  it('hears that the cloud has revoked it, in words of its own', async () => {
    await identify();
    await rig.hands.fault('revoked');
    await join();
    const error: unknown = await rig.run('enrol', {}).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'enrol-refused', context: { said: 'Device is revoked' } });
    expect(await state()).toMatchObject({ enrolled: false, lifecycle: { dlm: 'REVOKED' } });
  });

  it('starts anew when asked', async () => {
    await identify();
    await rig.run('start-firmware', {});
    expect((await state()).locked).toBe(false);
  });
});
