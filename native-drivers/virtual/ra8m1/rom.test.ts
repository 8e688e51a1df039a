import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DLM } from './protocol.ts';
import { range, RomBench } from './rom.test-support.ts';
import { simulatorUfpk } from './key-injection.ts';
import { wrapKey } from '#drivers/artefacts/key-wrapping.ts';

const BASE = 0x02000000;
const fresh = () => new RomBench().handshake();
const status = (bench: RomBench, code: number, payload: number[] = []) =>
  bench.ask(code, payload).then((answer) => [answer.code, answer.payload[0]]);

describe('handshake', () => {
  it('answers one burst of zeros with one 00 and the generic code with C6', async () => {
    const bench = new RomBench();
    expect(await bench.raw(0, 0, 0)).toEqual([0]);
    expect(await bench.raw(0x55)).toEqual([0xc6]);
    expect(await bench.ask(0x00)).toEqual({ code: 0x00, payload: Uint8Array.of(0) });
  });

  it('gives no boot code before the zeros', async () => {
    const bench = new RomBench();
    expect(await bench.raw(0x55)).toEqual([]);
    expect(bench.chip.discardedBytes).toBe(1);
  });

  it('answers an inquiry sent before it like one burst of zeros', async () => {
    const bench = new RomBench();
    expect(await bench.raw(0x01, 0x00, 0x01, 0x00, 0xff, 0x03)).toEqual([0]);
    expect(await bench.raw(0x55)).toEqual([0xc6]);
  });

  it('takes a fresh handshake between any two frames, and ends a half-done write with it', async () => {
    const bench = await fresh();
    await bench.ask(0x13, range(BASE, BASE + 255));
    expect(await bench.raw(0, 0, 0)).toEqual([0]);
    expect(await bench.raw(0x55)).toEqual([0xc6]);
    expect(await bench.raw(0x55)).toEqual([0xc6]);
    expect((await bench.give(0x13, new Uint8Array(128))).payload[0]).toBe(0xc3);
  });

  it('falls silent after the answer to LCK_BOOT, which is not thrown away with what a reset cuts off', async () => {
    const bench = await fresh();
    const before = bench.discards;
    expect(await status(bench, 0x71, [DLM.oem, DLM.lckBoot])).toEqual([0x71, 0]);
    expect(bench.discards).toBe(before);
    bench.chip.reset();
    expect(bench.discards).toBe(before + 1);
  });

  it('starts again at each reset and says nothing in LCK_BOOT', async () => {
    const bench = await fresh();
    bench.chip.reset();
    expect(await bench.raw(0x01, 0x00, 0x01, 0x3a, 0xc5, 0x03)).toEqual([0]);
    await bench.raw(0x55);
    expect(await status(bench, 0x71, [DLM.oem, DLM.lckBoot])).toEqual([0x71, 0]);
    expect(await bench.raw(0, 0, 0)).toEqual([]);
    bench.chip.reset();
    expect(await bench.raw(0, 0, 0)).toEqual([]);
    expect(bench.chip.running).toBe('silent');
  });
});

describe('errors', () => {
  it('are named by their status', async () => {
    const bench = await fresh();
    expect(await status(bench, 0x7f)).toEqual([0xff, 0xc0]);
    expect(await status(bench, 0x2a, [0, 1])).toEqual([0xaa, 0x0c]);
    expect(await status(bench, 0x3a, [0])).toEqual([0xba, 0xc1]);
    expect(await status(bench, 0x3b, [4])).toEqual([0xbb, 0xd0]);
    expect(await status(bench, 0x34, [0, 0xff, 0xff, 0xff])).toEqual([0xb4, 0xd4]);
    expect((await bench.give(0x13, [0])).payload[0]).toBe(0xc3);
    const [, , , code, sts] = await bench.raw(0x01, 0x00, 0x01, 0x3a, 0xc4, 0x03);
    expect([code, sts]).toEqual([0xba, 0xc2]);
  });

  it('carry status, second status and the address', async () => {
    const bench = await fresh();
    const { payload } = await bench.ask(0x12, range(0x03000000, 0x03007fff));
    expect(Buffer.from(payload).toString('hex')).toBe('d0ffffffff03000000');
  });
});

describe('flash', () => {
  it('erases over both block sizes, writes, reads in packets and sums', async () => {
    const bench = await fresh();
    const image = randomBytes(3 * 1024);
    expect((await bench.ask(0x12, range(BASE, BASE + 0x17fff))).payload[0]).toBe(0);
    expect((await bench.ask(0x13, range(BASE, BASE + image.length - 1))).payload[0]).toBe(0);
    for (let at = 0; at < image.length; at += 1024)
      expect((await bench.give(0x13, image.subarray(at, at + 1024))).payload[0]).toBe(0);
    const first = await bench.ask(0x15, range(BASE, BASE + image.length - 1));
    const second = await bench.give(0x15, [0]);
    const third = await bench.give(0x15, [0, ...Buffer.alloc(8, 0xff)]);
    expect(Buffer.concat([first.payload, second.payload, third.payload])).toEqual(image);
    const sum = await bench.ask(0x18, range(BASE, BASE + image.length - 1));
    expect(Buffer.from(sum.payload).readUInt32BE()).toBe(crc32(image));
  });

  it('sums option-setting memory all at once only', async () => {
    const bench = await fresh();
    expect((await bench.ask(0x18, range(0x0300a100, 0x0300a2ff))).payload).toHaveLength(4);
    const part = await bench.ask(0x18, range(0x0300a100, 0x0300a10f));
    expect([part.code, part.payload[0]]).toEqual([0x98, 0xd0]);
  });

  it('swallows the acknowledgement that some tools send after the last packet', async () => {
    const bench = await fresh();
    await bench.ask(0x15, range(BASE, BASE + 15));
    expect((await bench.give(0x15, [0])).code).toBe(-1);
    expect(await status(bench, 0x00)).toEqual([0x00, 0]);
  });

  it('only clears bits and says so when that is not what was asked for', async () => {
    const bench = await fresh();
    await bench.ask(0x13, range(BASE, BASE + 127));
    await bench.give(0x13, new Uint8Array(128).fill(0xf0));
    await bench.ask(0x13, range(BASE, BASE + 127));
    expect((await bench.give(0x13, new Uint8Array(128).fill(0x3c))).payload[0]).toBe(0xe2);
    expect(bench.part.flash.read(BASE, 2)).toEqual(Uint8Array.of(0x30, 0x30));
  });

  it('refuses what is not aligned', async () => {
    const bench = await fresh();
    expect((await bench.ask(0x12, range(BASE, BASE + 0xfff))).payload[0]).toBe(0xd0);
    expect((await bench.ask(0x12, range(BASE + 0x10000, BASE + 0x11fff))).payload[0]).toBe(0xd0);
    expect((await bench.ask(0x13, range(BASE + 4, BASE + 131))).payload[0]).toBe(0xd0);
  });

  it('rewrites option-setting memory and reaches cells by their alias', async () => {
    const bench = await fresh();
    for (const value of [0x0f, 0xf0]) {
      await bench.ask(0x13, range(0x0300a200, 0x0300a20f));
      expect((await bench.give(0x13, new Uint8Array(16).fill(value))).payload[0]).toBe(0);
    }
    expect(bench.part.flash.read(0x0300a200, 1)).toEqual(Uint8Array.of(0xf0));
    await bench.ask(0x13, range(0x12010000, 0x1201007f));
    await bench.give(0x13, new Uint8Array(128).fill(0x11));
    expect(bench.part.flash.read(0x02010000, 1)).toEqual(Uint8Array.of(0x11));
  });

  it('is closed at level 0 and open through the non-secure alias at level 1', async () => {
    const bench = await fresh();
    await bench.ask(0x72, [2, 3]);
    expect((await bench.ask(0x15, range(BASE, BASE + 15))).payload[0]).toBe(0xda);
    expect((await bench.ask(0x15, range(0x12008000, 0x1200800f))).code).toBe(0x15);
    await bench.ask(0x72, [3, 4]);
    expect((await bench.ask(0x15, range(0x12008000, 0x1200800f))).payload[0]).toBe(0xda);
  });
});

describe('life cycle', () => {
  it('is OEM, PL2, AL2 in a fresh part', async () => {
    const bench = await fresh();
    expect(await status(bench, 0x2c)).toEqual([0x2c, 4]);
    expect(await status(bench, 0x73)).toEqual([0x73, 2]);
    expect(await status(bench, 0x75)).toEqual([0x75, 2]);
    expect(await status(bench, 0x52, [1])).toEqual([0x52, 7]);
  });

  it('goes down freely, up not, and only from where it is', async () => {
    const bench = await fresh();
    expect(await status(bench, 0x72, [3, 4])).toEqual([0xf2, 0xe4]);
    expect(await status(bench, 0x72, [2, 4])).toEqual([0x72, 0]);
    expect(await status(bench, 0x72, [4, 2])).toEqual([0xf2, 0xe4]);
    expect(await status(bench, 0x2e, [0, 0xff])).toEqual([0xae, 0xe4]);
  });

  it('initialize erases, goes back to PL2 and needs a handshake or reset', async () => {
    const bench = await fresh();
    await bench.ask(0x13, range(BASE, BASE + 127));
    await bench.give(0x13, new Uint8Array(128));
    await bench.ask(0x72, [2, 4]);
    expect(await status(bench, 0x50, [4, 4])).toEqual([0x50, 0]);
    expect(await bench.raw(0x01, 0x00, 0x01, 0x2c, 0xd3, 0x03)).toEqual([0]);
    await bench.handshake();
    expect(await status(bench, 0x73)).toEqual([0x73, 2]);
    expect(bench.part.flash.isBlank(BASE, 128)).toBe(true);
  });

  it('initialize is refused once disabled, for ever', async () => {
    const bench = await fresh();
    expect(await status(bench, 0x51, [1, 0])).toEqual([0x51, 0]);
    expect(await status(bench, 0x50, [4, 4])).toEqual([0xd0, 0xd5]);
    expect(await status(bench, 0x51, [1, 7])).toEqual([0xd1, 0xda]);
  });

  it('authentication by challenge opens the level of the key', async () => {
    const bench = await fresh();
    const { ufpk, wufpk } = simulatorUfpk(randomBytes(16));
    const [key, iv] = [randomBytes(16), randomBytes(16)];
    await bench.ask(0x28, [1]);
    const data = Buffer.concat([Buffer.alloc(4), wufpk.subarray(4), iv, wrapKey(ufpk, iv, key)]);
    expect((await bench.give(0x28, data)).payload[0]).toBe(0);
    await bench.ask(0x72, [2, 4]);
    const { payload: challenge } = await bench.ask(0x30, [4, 2, 0]);
    const wrong = await bench.give(0x30, new Uint8Array(32));
    expect(wrong.payload[0]).toBe(0xdb);
    expect(challenge).toHaveLength(16);
    const again = await bench.ask(0x30, [4, 2, 0]);
    const response = createHmac('sha256', key).update(again.payload).update(Buffer.alloc(32)).digest();
    expect((await bench.give(0x30, response)).payload[0]).toBe(0);
    expect(await status(bench, 0x75)).toEqual([0x75, 2]);
    expect(await status(bench, 0x72, [4, 2])).toEqual([0x72, 0]);
  });
});
