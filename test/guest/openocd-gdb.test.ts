import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { startGuest, type Guest } from '#scripts/guest/guest.ts';
import { GuestSite, plugIn, startOpenOcd } from './openocd-gdb.test-support.ts';
import { BOOT_MS, TEST_MS } from './times.test-support.ts';

const START = 0x08000000;
const RAM = 0x20002000;
const target = 'stm32f0-swd';

let guest: Guest;
let site: GuestSite;
let bench: Bench;
let hands: BenchControl;
beforeAll(async () => {
  guest = await startGuest();
  site = await GuestSite.start(guest);
}, BOOT_MS);
afterAll(async () => {
  await site.end();
  await guest.close();
});
beforeEach(async () => {
  bench = await openBench({ target: 'cmsis-dap', sites: 1, speed: 'wire' });
  hands = await openBenchControl(bench.sites[0]?.control ?? '');
  await plugIn(guest, port());
  await startOpenOcd(guest);
  await site.open(target);
}, BOOT_MS);
afterEach(async () => {
  await site.close();
  await hands.close();
  await bench.close();
}, TEST_MS);

const port = (): string => new URL(bench.sites[0]?.link ?? '').port;
const identify = () => site.run('identify', { target });
const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));

/** Stores a word in RAM and stays: vectors, `ldr r0`, `ldr r1`, `str`, `b .`, and the two words (ARMv6-M, A6.7). */
const MARK = 0x524f4f54;
const MARKS = new Uint8Array(Uint32Array.of(0x20004000, START + 9, 0x49024801, 0xe7fe6001, RAM, MARK).buffer);

describe('an STM32F0 behind a real OpenOCD, over the kernel of Debian', { timeout: TEST_MS }, () => {
  it('says which part it is, and where its pages lie by the map of OpenOCD', async () => {
    const identity = await identify();
    expect(identity).toMatchObject({ chipUid: (await hands.status()).uid, lifecycle: { dlm: 'RDP0' } });
    expect(identity.areas).toEqual([
      { kind: 'code', start: START, end: 0x0801ffff, eraseUnit: 2048, writeUnit: 4 },
    ]);
  });

  it('writes random bytes over others, verifies them, and reads them back', async () => {
    await identify();
    await site.run('program', { image: await site.image(START, random(9000)) });
    const bytes = random(64 * 1024);
    const image = await site.image(START, bytes);
    await site.run('program', { image });
    const written = site.seconds;
    expect(await site.run('verify', { image })).toMatchObject({ bytes: bytes.length });
    const verified = site.seconds;
    const read = await site.run('read-memory', { address: START, length: bytes.length });
    expect(Buffer.from(read.bytes).equals(bytes)).toBe(true);
    console.info(
      `64 KiB: ${written.toFixed(2)} s, verify ${verified.toFixed(2)}, read ${site.seconds.toFixed(2)}`,
    );
    await hands.fault('bad-cell 08001123');
    await expect(site.run('verify', { image })).rejects.toMatchObject({
      ...{ code: 'verify-mismatch', context: { address: '0x08001123' } },
    });
  });

  it('starts the firmware, which leaves its mark, and takes the part back afterwards', async () => {
    await identify();
    await site.run('program', { image: await site.image(START, MARKS) });
    await site.run('write-memory', { address: RAM, bytes: new Uint8Array(4) });
    const marked = async () =>
      Buffer.from((await site.run('read-memory', { address: RAM, length: 4 })).bytes).readUInt32LE();
    expect(await marked()).toBe(0);
    await site.run('start-firmware', {});
    expect(await marked()).toBe(MARK);
  });

  it('starts the firmware where OpenOCD was so slow that it was interrupted first', async () => {
    const asked = guest.runInGuest('kill -STOP $(pidof openocd); sleep 1.6; kill -CONT $(pidof openocd)');
    await vi.waitFor(async () => guest.runInGuest('grep -q "^State:.*T" /proc/$(pidof openocd)/status'));
    await identify();
    await asked;
    await site.run('program', { image: await site.image(START, MARKS) });
    await site.run('write-memory', { address: RAM, bytes: new Uint8Array(4) });
    await site.run('start-firmware', {});
    // Asked of OpenOCD itself: the driver would halt the part.
    expect(
      await guest.runInGuest("printf '[target current] curstate\\nexit\\n' | busybox nc 127.0.0.1 4444"),
    ).toContain('running');
  });

  it('lets a part that it halted run on when the site is closed', async () => {
    await identify();
    await site.run('program', { image: await site.image(START, MARKS) });
    await site.run('write-memory', { address: RAM, bytes: new Uint8Array(4) });
    await site.close();
    await site.open(target);
    await identify();
    const { bytes } = await site.run('read-memory', { address: RAM, length: 4 });
    expect(Buffer.from(bytes).readUInt32LE()).toBe(MARK);
  });

  it('protects, is refused then, and opens the part by erasing all', async () => {
    const { chipUid } = await identify();
    await site.run('program', { image: await site.image(START, random(64)) });
    expect(await site.run('protect', { level: 'RDP1' })).toMatchObject({ dlm: 'RDP1' });
    expect((await hands.status()).dlm).toBe('RDP1');
    expect(await site.run('read-state', {})).toMatchObject({ lifecycle: { dlm: 'RDP1' }, chipUid });
    await expect(identify()).rejects.toMatchObject({ code: 'protected', chip: 'untouched' });
    expect(await site.run('initialize', {})).toMatchObject({ dlm: 'RDP0' });
    const { bytes } = await site.run('read-memory', { address: START, length: 64 });
    expect([...bytes]).toEqual(Array<number>(64).fill(0xff));
    const image = await site.image(START, random(3000));
    await site.run('program', { image });
    await site.run('initialize', {});
    await site.run('program', { image });
    await site.run('verify', { image });
  });

  it('does not take the zeros that OpenOCD says of memory it cannot read for what is there', async () => {
    await identify();
    await expect(site.run('read-memory', { address: 0xffffff00, length: 4 })).rejects.toMatchObject({
      code: 'device-error',
    });
    await site.run('write-memory', { address: RAM, bytes: new Uint8Array(64) });
    const { bytes } = await site.run('read-memory', { address: RAM, length: 64 });
    expect([...bytes]).toEqual(Array<number>(64).fill(0));
  });

  it('refuses another part of the family, which OpenOCD itself takes', async () => {
    await hands.fault('wrong-chip 440');
    await expect(identify()).rejects.toMatchObject({
      ...{ code: 'wrong-chip', chip: 'untouched', context: { found: '0x440' } },
    });
  });

  it('says that the connection is gone where OpenOCD knows no flash of the part and hangs up', async () => {
    await site.close();
    await hands.fault('wrong-chip 419');
    await startOpenOcd(guest);
    await site.open(target);
    await expect(identify()).rejects.toMatchObject({ code: 'port-gone', chip: 'untouched' });
  });

  it('cable-pulled-during-erase: the server says that it failed, then that it finds no part', async () => {
    await identify();
    const image = await site.image(START, random(100_000));
    await hands.resetClock();
    const failed = site.run('program', { image }).catch((error: unknown) => error);
    await vi.waitFor(async () => expect((await hands.clock()).flashSeconds).toBeGreaterThan(0), {
      timeout: 20_000,
      interval: 5,
    });
    await hands.cable(false);
    expect(await failed).toMatchObject({ code: 'device-error', chip: 'not-locked' });
    await expect(site.run('program', { image })).rejects.toMatchObject({ code: 'no-answer' });
    // OpenOCD does not find a probe again that left: a new one is started, and the session goes on.
    await hands.cable(true);
    await plugIn(guest, port());
    await startOpenOcd(guest);
    await site.run('program', { image });
    expect(await site.run('verify', { image })).toMatchObject({ bytes: 100_000 });
  });

  it('chip-swapped-mid-run, behind the back of the server: noticed before it is changed', async () => {
    await identify();
    await hands.remove();
    await hands.insert();
    const image = await site.image(START, random(64));
    await expect(site.run('program', { image })).rejects.toMatchObject({
      ...{ code: 'chip-swapped', chip: 'untouched' },
    });
  });
});
