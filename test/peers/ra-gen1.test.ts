import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wrapKey } from '#drivers/artefacts/key-wrapping.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { simulatorUfpk } from '#drivers/virtual/ra8m1/key-injection.ts';
import { BenchTool, word } from '../integration/bench-tool.ts';

/**
 * What public tools for the first generation send and insist on, over a real pseudo-terminal: Renesas' example code for
 * RA6M4 (bootmode_demonstration_code.py, initialize_mcu_first.py, 2023), vjardin/radfu (run on an RA4M2) and
 * robinkrens/raflash. Bytes read off their sources; the words are ours.
 */
let bench: Bench;
let control: BenchControl;
let tool: BenchTool;
const port = () => bench.sites[0]?.port ?? '';
beforeEach(async () => {
  bench = await openBench({ target: 'ra6m4', sites: 1, speed: 'max' });
  control = await openBenchControl(bench.sites[0]?.control ?? '');
  tool = new BenchTool(port());
});
afterEach(async () => {
  tool.close();
  await control.close();
  await bench.close();
});
const reopen = () => {
  tool.close();
  tool = new BenchTool(port());
};
const connect = async (...zeros: number[]) => {
  tool.send(...zeros);
  expect(await tool.read(1)).toEqual(Buffer.of(0x00));
  tool.send(0x55);
  expect(await tool.read(1)).toEqual(Buffer.of(0xc6));
};
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const LONG = 'FFFFFFFF FFFFFFFF';

describe('Renesas’ example code for RA6M4', () => {
  const command = (text: string) => tool.send(...hex(text));
  /** Reads a packet by its length and compares it whole. */
  const answer = async (text: string) => expect(await tool.read(hex(text).length)).toEqual(hex(text));

  it('finds an open connection by the very bytes of the inquiry’s answer', async () => {
    await connect(0, 0, 0);
    reopen();
    command('01 00 01 00 FF 03');
    await answer(`81 00 0A 00 00 ${LONG} FE 03`);
  });

  it('reads the state, sets and reads boundaries, moves SSD > NSECSD > DPL', async () => {
    await connect(0, 0, 0);
    command('01 00 01 2C D3 03');
    await answer('81 00 02 2C 02 D0 03');
    command('01 00 01 4F B0 03');
    expect((await tool.frame()).payload).toHaveLength(10);
    command('01 00 0B 4E 0008 0020 0004 0002 0020 59 03');
    await answer(`81 00 0A 4E 00 ${LONG} B0 03`);
    command('01 00 01 4F B0 03');
    await answer('81 00 0B 4F 0008 0020 0004 0002 0020 58 03');
    command('01 00 03 71 02 03 87 03');
    await answer(`81 00 0A 71 00 ${LONG} 8D 03`);
    command('01 00 03 71 03 04 85 03');
    await answer(`81 00 0A 71 00 ${LONG} 8D 03`);
    expect((await control.status()).dlm).toBe('DPL');
  });

  it('injects SECDBG and NONSECDBG: command, then 80 bytes of data, then the check of each', async () => {
    await connect(0, 0, 0);
    for (const kyty of [0x01, 0x02]) {
      const { ufpk, wufpk } = simulatorUfpk(randomBytes(16));
      const iv = randomBytes(16);
      tool.command(0x28, kyty);
      // It looks at the fourteenth byte, the sum of a long status: D6.
      expect((await tool.read(15))[13]).toBe(0xd6);
      tool.data(0x28, [...wufpk.subarray(4), ...iv, ...wrapKey(ufpk, iv, randomBytes(16))]);
      await answer(`81 00 0A 28 00 ${LONG} D6 03`);
      tool.command(0x29, kyty);
      await answer(`81 00 0A 29 00 ${LONG} D5 03`);
    }
  });

  it('asks whether initialize is disabled, initializes, and needs a new hand-shake', async () => {
    await connect(0, 0, 0);
    command('01 00 02 52 01 AB 03');
    await answer('81 00 02 52 07 A5 03');
    command('01 00 03 50 02 02 A9 03');
    await answer(`81 00 0A 50 00 ${LONG} AE 03`);
    await control.reset();
    reopen();
    await connect(0, 0, 0);
    expect(await tool.ask(0x2c)).toEqual(Buffer.of(0x02));
  });

  it('never initializes again once that was disabled', async () => {
    await connect(0, 0, 0);
    command('01 00 03 51 01 00 AB 03');
    await answer(`81 00 0A 51 00 ${LONG} AD 03`);
    tool.command(0x50, 0x02, 0x02);
    expect(await tool.frame()).toMatchObject({ code: 0xd0 });
    tool.command(0x51, 0x01, 0x07);
    expect(await tool.frame()).toMatchObject({ code: 0xd1 });
  });
});

describe('radfu', () => {
  it('syncs with single zeros, lists areas, changes the rate, writes, reads packet by packet and sums', async () => {
    await connect(0x00);
    const signature = await tool.ask(0x3a);
    expect(signature).toHaveLength(41);
    expect(signature[5]).toBe(0x01);
    expect(signature.subarray(25).toString('latin1')).toMatch(/^R7FA6M4/);
    for (const area of [0, 1, 2, 3]) expect(await tool.ask(0x3b, area)).toHaveLength(25);
    await tool.ask(0x34, ...word(1_000_000));
    await tool.ask(0x3a);
    await tool.ask(0x12, ...word(0), ...word(0x1fff));
    const image = randomBytes(2048);
    await tool.ask(0x13, ...word(0), ...word(2047));
    for (const at of [0, 1024]) {
      tool.data(0x13, image.subarray(at, at + 1024));
      expect(await tool.frame()).toMatchObject({ code: 0x13 });
    }
    tool.command(0x15, ...word(0), ...word(2047));
    expect((await tool.frame()).payload.equals(image.subarray(0, 1024))).toBe(true);
    tool.data(0x15, [0]);
    expect((await tool.frame()).payload.equals(image.subarray(1024))).toBe(true);
    expect((await tool.ask(0x18, ...word(0), ...word(2047))).readUInt32BE()).toBe(crc32(image));
  });

  it('sets and checks a wrapped key of at most 48 bytes in one command, user keys too', async () => {
    await connect(0x00);
    for (const [set, verify] of [
      [0x28, 0x29],
      [0x2a, 0x2b],
    ] as const) {
      expect((await tool.ask(set, 0x01, ...randomBytes(48)))[0]).toBe(0x00);
      expect((await tool.ask(verify, 0x01))[0]).toBe(0x00);
      tool.command(verify, 0x02);
      expect(await tool.frame()).toMatchObject({ code: verify | 0x80 });
    }
  });

  it('hears C1 for an ID code from a part that asks for none', async () => {
    await connect(0x00);
    tool.command(0x30, ...Buffer.alloc(16, 0xff));
    expect((await tool.frame()).payload[0]).toBe(0xc1);
    expect(await tool.ask(0x2c)).toEqual(Buffer.of(0x02));
  });

  it('shows no areas before its ID code, where it has one: radfu asks for them first and does not get in', async () => {
    await control.fault('id-code 00112233445566778899aabbccddeeff');
    await control.reset();
    await connect(0x00);
    tool.command(0x3b, 0);
    expect((await tool.frame()).payload[0]).toBe(0xda);
    tool.command(0x30, ...Buffer.alloc(16));
    expect((await tool.frame()).payload[0]).toBe(0xdb);
    await tool.ask(0x30, ...hex('00112233445566778899aabbccddeeff'));
    expect(await tool.ask(0x3b, 0)).toHaveLength(25);
  });

  it('locks: an OK, and nothing more', async () => {
    await connect(0x00);
    await tool.ask(0x71, 0x02, 0x04);
    await tool.ask(0x71, 0x04, 0x06);
    expect(await control.status()).toMatchObject({ dlm: 'LCK_BOOT', running: 'silent' });
  });
});

it('answers the challenge of a move back by HMAC-SHA256 over challenge and 32 zeros', async () => {
  await connect(0, 0, 0);
  const { ufpk, wufpk } = simulatorUfpk(randomBytes(16));
  const [iv, key] = [randomBytes(16), randomBytes(16)];
  await tool.ask(0x28, 0x01);
  tool.data(0x28, [...wufpk.subarray(4), ...iv, ...wrapKey(ufpk, iv, key)]);
  await tool.frame();
  await tool.ask(0x71, 0x02, 0x03);
  const challenge = await tool.ask(0x30, 0x03, 0x02, 0x00);
  expect(challenge).toHaveLength(16);
  tool.data(0x30, createHmac('sha256', key).update(challenge).update(Buffer.alloc(32)).digest());
  expect(await tool.frame()).toMatchObject({ code: 0x30 });
  expect(await tool.ask(0x2c)).toEqual(Buffer.of(0x02));
});

describe('raflash', () => {
  it('waits for C3 twenty times, then reads the short forms of the firmware before this one', async () => {
    tool.command(0x00);
    expect(await tool.read(1)).toEqual(Buffer.of(0x00));
    for (let attempt = 0; attempt < 20; attempt += 1) {
      tool.send(0x55);
      expect(await tool.read(1)).toEqual(Buffer.of(0xc6));
    }
    for (const area of [0, 1, 2]) expect(await tool.ask(0x3b, area)).toHaveLength(17);
    tool.command(0x3a);
    expect(await tool.read(18)).toHaveLength(18);
    await tool.ask(0x13, ...word(0), ...word(0x1fff));
    tool.data(0x13, randomBytes(1024));
    expect(await tool.read(7)).toEqual(hex('81 00 02 13 00 EB 03'));
    reopen();
    tool.command(0x00);
    expect(await tool.read(7)).toEqual(hex('81 00 02 00 00 FE 03'));
  });
});
