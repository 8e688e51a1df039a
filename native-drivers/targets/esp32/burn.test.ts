import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type TargetRig } from '../target-rig.test-support.ts';

const random = (): Uint8Array => Uint8Array.from(randomBytes(32));
const ON = Uint8Array.of(1);

describe.each(['esp32', 'esp32c3', 'esp32s3', 'esp32c6'])('eFuses of the %s', (target) => {
  let rig: TargetRig;
  beforeAll(async () => {
    rig = await openRig(target);
  });
  afterAll(() => rig.close());
  beforeEach(async () => {
    await rig.renew();
    await rig.run('identify', { target });
  });
  const burn = (fuse: string, value: Uint8Array) => rig.run('burn', { fuse, value });
  const state = async () => (await rig.run('read-state', {})).lifecycle;

  it('take a digest, read it back, and then secure boot', async () => {
    const digest = random();
    await expect(burn('secure-boot', ON)).rejects.toMatchObject({
      code: 'wrong-state',
      chip: 'untouched',
      context: { missing: 'digest' },
    });
    expect(await burn('secure-boot-digest-0', digest)).toEqual({
      fuse: 'secure-boot-digest-0',
      value: digest,
    });
    await burn('secure-boot', ON);
    expect((await state()).dlm).toBe('SECURE_BOOT');
    // The same once more burns nothing; another is refused.
    expect((await burn('secure-boot-digest-0', digest)).value).toEqual(digest);
    if (target !== 'esp32') return;
    await expect(burn('secure-boot-digest-0', random())).rejects.toMatchObject({ code: 'wrong-state' });
  });

  it('take a key that nobody reads again, and then flash encryption', async () => {
    await expect(burn('flash-encryption', ON)).rejects.toMatchObject({ context: { missing: 'key' } });
    const key = random();
    expect((await burn('flash-encryption-key', key)).value).toEqual(new Uint8Array(0));
    await expect(burn('flash-encryption-key', random())).rejects.toMatchObject({
      code: 'wrong-state',
      chip: 'not-locked',
    });
    if (target === 'esp32') await burn('flash-encryption-config', Uint8Array.of(15));
    await burn('flash-encryption', ON);
    expect((await state()).dlm).toBe('FLASH_ENCRYPTION');
    // An even number of bits: off again, and for ever two of them.
    await burn('flash-encryption', Uint8Array.of(3));
    expect((await state()).dlm).toBe('OPEN');
    await expect(burn('flash-encryption', ON)).rejects.toMatchObject({ code: 'wrong-state' });
  });

  it('refuse a name and a value that they do not have, with nothing burned', async () => {
    await expect(burn('coffee', ON)).rejects.toMatchObject({ code: 'unsupported', chip: 'untouched' });
    await expect(burn('jtag-disable', Uint8Array.of(2))).rejects.toMatchObject({ code: 'bad-argument' });
    await expect(burn('secure-boot-digest-0', Uint8Array.of(2))).rejects.toMatchObject({
      code: 'bad-argument',
    });
    expect(await state()).toMatchObject({ dlm: 'OPEN' });
  });
});

describe.each(['esp32', 'esp32c3'])('answer-lost-after-lock: a burn of the %s', (target) => {
  let rig: TargetRig;
  beforeAll(async () => {
    rig = await openRig(target);
  });
  afterAll(() => rig.close());

  it('whose answer is lost is unknown, and the same order goes on from where the chip is', async () => {
    const digest = random();
    const order = () => rig.run('burn', { fuse: 'secure-boot-digest-0', value: digest });
    await rig.run('identify', { target });
    await rig.hands.fault('lock-silent');
    await expect(order()).rejects.toMatchObject({ code: 'outcome-unknown', chip: 'unknown' });
    // The block is burned, but not marked and protected.
    expect((await order()).value).toEqual(digest);
    await expect(rig.run('burn', { fuse: 'secure-boot', value: ON })).resolves.toMatchObject({
      fuse: 'secure-boot',
    });
  });
});

describe('secure download mode of the ESP32-C3', () => {
  let rig: TargetRig;
  beforeAll(async () => {
    rig = await openRig('esp32c3');
  });
  afterAll(() => rig.close());
  beforeEach(async () => {
    await rig.renew();
    await rig.run('identify', { target: 'esp32c3' });
  });

  it.each([null, 'lock-silent'])(
    'is told by the security info, however the answer went (%s)',
    async (fault) => {
      await rig.hands.fault(fault);
      await rig.run('burn', { fuse: 'secure-download', value: ON });
      expect(await rig.run('read-state', {})).toMatchObject({
        chipUid: '',
        lifecycle: { dlm: 'OPEN', protection: 'SECURE_DOWNLOAD' },
      });
      await expect(rig.run('identify', { target: 'esp32c3' })).rejects.toMatchObject({
        code: 'protected',
        chip: 'untouched',
      });
    },
  );

  it('is not said to be burned where it was not', async () => {
    await rig.hands.fault('lock-lost');
    await expect(rig.run('burn', { fuse: 'secure-download', value: ON })).rejects.toMatchObject({
      code: 'outcome-unknown',
    });
    expect(await rig.run('read-state', {})).toMatchObject({ lifecycle: { protection: null } });
  });
});
