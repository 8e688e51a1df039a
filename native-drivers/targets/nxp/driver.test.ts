import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';

let rig: TargetRig;
beforeAll(async () => {
  rig = await openRig('nxp-puf');
});
afterAll(() => rig.close());
beforeEach(() => rig.renew());

const KEY_STORE = { address: 0x9e600, length: 1536 };
const identify = () => rig.run('identify', { target: 'nxp-puf' });
/** As flash keeps it, after a reset. */
const keyStore = async (): Promise<Uint8Array> => (await rig.run('read-memory', KEY_STORE)).bytes;

describe('LPC55S69 over its boot loader', () => {
  it('says which part it is, at the highest rate', async () => {
    const identity = await identify();
    expect(identity).toMatchObject({ product: 'LPC55S69', maxBaudRate: 921_600, lifecycle: { dlm: 'OPEN' } });
    expect(identity.chipUid).toBe((await rig.hands.status()).uid);
    expect((await rig.hands.status()).baudRate).toBe(921_600);
  });

  it('comes down to the rate that a part takes', async () => {
    await rig.hands.fault('max-rate 115200');
    await identify();
    expect((await rig.hands.status()).baudRate).toBe(115_200);
  });

  it('writes an image whose segments share a page, and reads every byte back; a second one over it', async () => {
    await identify();
    const image = imageOf(
      rig,
      { address: 0, bytes: Uint8Array.from(randomBytes(1001)) },
      { address: 1010, bytes: Uint8Array.from(randomBytes(40)) },
      { address: 0x8000 + 2, bytes: Uint8Array.from(randomBytes(700)) },
    );
    await rig.run('program', { image });
    expect(await rig.run('verify', { image })).toMatchObject({ bytes: 3 * 512 + 2 * 512 });
    const other = imageOf(rig, { address: 512, bytes: Uint8Array.from(randomBytes(300)) });
    await rig.run('program', { image: other });
    await rig.run('verify', { image: other });
  });

  it('names the address of a cell that reads wrong, and calls an unwritten page what it is', async () => {
    await identify();
    const image = imageOf(rig, { address: 0, bytes: new Uint8Array(1600).fill(0x55) });
    await expect(rig.run('verify', { image })).rejects.toMatchObject({ code: 'verify-mismatch' });
    await rig.run('program', { image });
    await rig.hands.fault('bad-cell 00000123');
    await expect(rig.run('verify', { image })).rejects.toMatchObject({
      code: 'verify-mismatch',
      context: { address: '0x00000123' },
    });
  });

  it('refuses an image that reaches into the protected region before anything is sent', async () => {
    await identify();
    const image = imageOf(rig, { address: 0x9de00, bytes: new Uint8Array(4) });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'image-range',
      chip: 'untouched',
    });
  });

  it('sends a packet again that the chip took for broken, and asks again for one that came broken', async () => {
    await identify();
    const image = imageOf(rig, { address: 0, bytes: Uint8Array.from(randomBytes(3000)) });
    await rig.hands.fault('nak-frame 04');
    await rig.hands.fault('nak-data');
    await rig.run('program', { image });
    await rig.hands.fault('corrupt-checksum 03');
    await rig.hands.fault('garbage 03');
    await rig.run('verify', { image });
  });

  it('stops between two packets, and the part takes the next image', async () => {
    await identify();
    const image = imageOf(rig, { address: 0, bytes: new Uint8Array(64 * 512).fill(1) });
    const abort = new AbortController();
    const running = rig.run('program', { image }, abort.signal);
    const stop = setInterval(() => {
      if (rig.heard.some(({ note }) => note === 'Write')) abort.abort();
    }, 1);
    void running.catch(() => undefined).finally(() => clearInterval(stop));
    await expect(running).rejects.toMatchObject({ code: 'cancelled', chip: 'not-locked' });
    expect(rig.heard.at(-1)?.done).toBeLessThan(64 * 512);
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it('refuses another chip, what it cannot do, and a part swapped in mid-run', async () => {
    await rig.hands.fault('wrong-chip 000551a1');
    await expect(identify()).rejects.toMatchObject({ code: 'wrong-chip', chip: 'untouched' });
    await rig.hands.fault(null);
    await identify();
    await expect(rig.run('prove', { challenge: new Uint8Array(32) })).rejects.toMatchObject({
      code: 'unsupported',
    });
    await rig.hands.remove();
    await rig.hands.insert();
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'chip-swapped', chip: 'untouched' });
  });

  it('a power cut in mid-write ends the run, not the part', async () => {
    await identify();
    const image = imageOf(rig, { address: 0, bytes: new Uint8Array(2048).fill(7) });
    await rig.hands.fault('power-cut-mid-write');
    await expect(rig.run('program', { image })).rejects.toMatchObject({ code: 'no-answer' });
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });
});

describe('its PUF', () => {
  it('is enrolled once, makes a key, takes a key, and keeps both over a reset', async () => {
    const { chipUid } = await identify();
    expect(await rig.run('read-state', {})).toMatchObject({ enrolled: false, deviceId: null });
    const { deviceId, helperDataHash } = await rig.run('enrol', {});
    expect(deviceId).toBe(chipUid);
    expect(helperDataHash).toMatch(/^[0-9a-f]{64}$/);
    const key = Uint8Array.from(randomBytes(32));
    const copy = Uint8Array.from(key);
    expect(await rig.run('generate-key', { slot: 'UDS', bytes: 32 })).toEqual({
      slot: 'UDS',
      verified: true,
    });
    expect(await rig.run('set-user-key', { slot: 'SBKEK', key })).toEqual({ slot: 'SBKEK', verified: true });
    expect(key.every((byte) => byte === 0)).toBe(true);
    await identify();
    const store = Buffer.from(await keyStore());
    // Key codes as parts have them: user key of 256 bits, key of its own of 256 bits.
    expect(store.toString('hex', 0x4b0, 0x4b8)).toBe('5959595900000004');
    expect(store.toString('hex', 0x520, 0x528)).toBe('5959595901000004');
    expect(store.includes(Buffer.from(copy))).toBe(false);
    expect(await rig.run('read-state', {})).toMatchObject({ enrolled: true, deviceId: chipUid });
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'enrol-refused' });
  });

  it('is not reset by being asked who it is: a key may follow, in the same power cycle', async () => {
    const { chipUid } = await identify();
    await rig.run('enrol', {});
    expect((await identify()).chipUid).toBe(chipUid);
    expect(await rig.run('generate-key', { slot: 'UDS', bytes: 16 })).toMatchObject({ verified: true });
    await rig.hands.remove();
    await rig.hands.insert();
    expect((await identify()).chipUid).not.toBe(chipUid);
  });

  it('takes no key after a reset, and says so without a change', async () => {
    await identify();
    await rig.run('enrol', {});
    const before = await keyStore();
    await rig.hands.reset();
    await identify();
    await expect(rig.run('generate-key', { slot: 'UDS', bytes: 16 })).rejects.toMatchObject({
      code: 'wrong-state',
    });
    await expect(rig.run('set-user-key', { slot: 'USERKEK', key: new Uint8Array(16) })).rejects.toMatchObject(
      { code: 'wrong-state' },
    );
    expect(await keyStore()).toEqual(before);
  });

  it('refuses a slot and a size that it does not have before anything is sent', async () => {
    await identify();
    await expect(rig.run('generate-key', { slot: 'NONE', bytes: 16 })).rejects.toMatchObject({
      code: 'bad-argument',
      chip: 'untouched',
    });
    const key = new Uint8Array(24).fill(9);
    await expect(rig.run('set-user-key', { slot: 'UDS', key })).rejects.toMatchObject({
      code: 'bad-argument',
      chip: 'untouched',
    });
    expect(key.every((byte) => byte === 0)).toBe(true);
  });

  it('gives its key store back to the part it came from', async () => {
    await identify();
    await rig.run('enrol', {});
    await rig.run('generate-key', { slot: 'PRINCE0', bytes: 16 });
    const wrapped = await keyStore();
    expect(await rig.run('inject-key', { slot: 'KEY-STORE', wrapped })).toMatchObject({ verified: true });
    expect(await keyStore()).toEqual(wrapped);
    await expect(
      rig.run('inject-key', { slot: 'KEY-STORE', wrapped: new Uint8Array(1536) }),
    ).rejects.toMatchObject({ code: 'bad-argument', chip: 'untouched' });
  });

  it('answer lost after the key store was kept: unknown, and read back, never sent twice', async () => {
    await identify();
    await rig.hands.fault('store-silent');
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'outcome-unknown', chip: 'unknown' });
    expect(await rig.run('read-state', {})).toMatchObject({ enrolled: true });
  }, 20_000);

  it('says what a sealed part and one that may not be enrolled refuse', async () => {
    await identify();
    await rig.hands.fault('sealed');
    await expect(rig.run('enrol', {})).rejects.toMatchObject({
      code: 'device-error',
      context: { status: 137 },
    });
    await rig.hands.fault(null);
    await rig.hands.fault('enrol-blocked');
    await expect(rig.run('enrol', {})).rejects.toMatchObject({
      code: 'device-error',
      context: { status: 1 },
    });
    expect(await rig.run('read-state', {})).toMatchObject({ enrolled: false });
  });
});
