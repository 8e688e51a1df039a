import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildSecureCert, parseSecureCert, SECURE_CERT_ADDRESS, SECURE_CERT_TYPE } from './secure-cert.ts';
import { imageOf, openRig, type TargetRig } from '../target-rig.test-support.ts';

const START = 0x10000;
const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));

describe.each(['esp32', 'esp32c3', 'esp32s3', 'esp32c6'])('%s over its ROM loader', (target) => {
  let rig: TargetRig;
  beforeAll(async () => {
    rig = await openRig(target);
  });
  afterAll(() => rig.close());
  beforeEach(() => rig.renew());
  const identify = () => rig.run('identify', { target });

  it('says which chip it is, how large its flash, at the highest rate that holds', async () => {
    const identity = await identify();
    const status = await rig.hands.status();
    expect(identity.chipUid).toBe(status.uid);
    expect(identity.lifecycle).toEqual({ dlm: 'OPEN', protection: null, authentication: null });
    expect(identity.areas.map(({ end }) => end)).toEqual([0x3fffff]);
    expect(identity.product).toMatch(target === 'esp32' ? /ESP32 v3\.0/ : / v0\.4$/);
    // The ESP32's ROM is 1 % wrong about its crystal, and is asked for what comes out right.
    expect(Math.abs(status.baudRate - 921_600)).toBeLessThan(10);
  });

  it('writes over sector borders, leaves alone what is there, and verifies', async () => {
    await identify();
    const first = { address: START + 100, bytes: random(5000) };
    const second = { address: START + 0x30ff0, bytes: random(0x11000) };
    const image = imageOf(rig, first, second);
    await rig.run('program', { image });
    await rig.run('verify', { image });
    const { bytes } = await rig.run('read-memory', { address: START + 90, length: 100 });
    expect([...bytes.subarray(0, 10)]).toEqual(Array<number>(10).fill(0xff));
    expect([...bytes.subarray(10)]).toEqual([...first.bytes.subarray(0, 90)]);
    await rig.hands.resetClock();
    await rig.run('program', { image });
    expect((await rig.hands.clock()).bytesIn).toBeLessThan(1000);
    // One changed byte costs the last 8 KiB, which lie behind a border of 64 KiB, and not the rest of the segment.
    const changed = second.bytes.slice();
    changed[0x10800] = (changed[0x10800] ?? 0) ^ 1;
    const other = imageOf(rig, first, { ...second, bytes: changed });
    await rig.hands.resetClock();
    await rig.run('program', { image: other });
    expect((await rig.hands.clock()).bytesIn).toBeLessThan(10_000);
    await rig.run('verify', { image: other });
  });

  it('notices a part that was swapped in mid-run, before it is changed', async () => {
    await identify();
    await rig.hands.remove();
    await rig.hands.insert();
    const image = imageOf(rig, { address: START, bytes: random(16) });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'chip-swapped',
      chip: 'untouched',
    });
  });

  it('refuses another chip, and what it cannot do', async () => {
    await rig.hands.fault('wrong-chip');
    await expect(identify()).rejects.toMatchObject({ code: 'wrong-chip', chip: 'untouched' });
    await rig.hands.fault(null);
    await identify();
    await expect(rig.run('enrol', {})).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('ESP32-C3: errors of flash and line', () => {
  let rig: TargetRig;
  beforeAll(async () => {
    rig = await openRig('esp32c3');
  });
  afterAll(() => rig.close());
  beforeEach(async () => {
    await rig.renew();
    await rig.run('identify', { target: 'esp32c3' });
  });

  it('names the sector of a cell that reads wrong', async () => {
    const image = imageOf(rig, { address: START, bytes: new Uint8Array(0x5000).fill(0x55) });
    await rig.run('program', { image });
    await rig.hands.fault('bad-cell 00013123');
    await expect(rig.run('verify', { image })).rejects.toMatchObject({
      code: 'verify-mismatch',
      context: { address: '0x00013000' },
    });
  });

  it('refuses an image outside its flash before anything is erased', async () => {
    const image = imageOf(rig, { address: 0x3ffff0, bytes: new Uint8Array(32) });
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'image-range',
      chip: 'untouched',
    });
  });

  it('nak-then-recover: a block whose checksum did not hold is sent again', async () => {
    const image = imageOf(rig, { address: START, bytes: random(3000) });
    await rig.hands.fault('nak 7 11');
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it('a block that is refused for another reason is not, and the part is said to be changed', async () => {
    const image = imageOf(rig, { address: START, bytes: random(3000) });
    await rig.hands.fault('nak 8 11');
    await expect(rig.run('program', { image })).rejects.toMatchObject({
      code: 'device-error',
      chip: 'not-locked',
      context: { error: 8 },
    });
    await rig.run('program', { image });
    await rig.run('verify', { image });
  });

  it('steps down where chip and adapter do not meet at the highest rate', async () => {
    await rig.hands.fault('nak 6 0f');
    await rig.run('identify', { target: 'esp32c3' });
    expect((await rig.hands.status()).baudRate).toBe(460_800);
  });

  it('stops between two blocks when it is told to', async () => {
    const image = imageOf(rig, { address: START, bytes: random(4096) });
    const abort = new AbortController();
    abort.abort();
    await expect(rig.run('program', { image }, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('writes a partition of certificates that reads as it was made', async () => {
    const entry = { type: SECURE_CERT_TYPE.deviceCertificate, subtype: 0, flags: 0, data: random(700) };
    await rig.run('write-memory', { address: SECURE_CERT_ADDRESS, bytes: buildSecureCert([entry]) });
    const { bytes } = await rig.run('read-memory', { address: SECURE_CERT_ADDRESS, length: 0x1000 });
    expect(parseSecureCert(bytes)).toEqual([entry]);
    const unaligned = rig.run('write-memory', { address: SECURE_CERT_ADDRESS + 16, bytes: random(4) });
    await expect(unaligned).rejects.toMatchObject({ code: 'bad-argument', context: { sector: 0x1000 } });
  });

  it('erases all of the flash', async () => {
    await rig.run('write-memory', { address: 0x3ff000, bytes: random(64) });
    await rig.run('initialize', {});
    const { bytes } = await rig.run('read-memory', { address: 0x3ff000, length: 64 });
    expect(bytes.every((byte) => byte === 0xff)).toBe(true);
  });
});
