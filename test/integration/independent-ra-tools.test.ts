import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCodeCertificate, makeKeyCertificate } from '#drivers/artefacts/boot-chain.ts';
import { rawPublicKey } from '#drivers/artefacts/p256.ts';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { BenchTool, word } from './bench-tool.ts';

/**
 * What three public tools send and insist on, replayed over a real pseudo-terminal. Facts read off their sources
 * (vjardin/radfu, robinkrens/raflash, cryptoquantique/renesas-ra8m1-provisioning-tool); the words are ours.
 */
const BASE = 0x02000000;

describe('independent RA tools on a virtual port', () => {
  let bench: Bench;
  let tool: BenchTool;
  let control: BenchControl;
  const port = () => bench.sites[0]?.port ?? '';

  beforeEach(async () => {
    bench = await openBench({ target: 'ra8m1', sites: 1, speed: 'max' });
    tool = new BenchTool(port());
    control = await openBenchControl(bench.sites[0]?.control ?? '');
  });
  afterEach(async () => {
    tool.close();
    await control.close();
    await bench.close();
  });
  /** One run of a tool ends, the next one opens the port. */
  const reopen = () => {
    tool.close();
    tool = new BenchTool(port());
  };

  describe('radfu', () => {
    const connect = async () => {
      tool.send(0x00);
      expect(await tool.read(1)).toEqual(Buffer.of(0x00));
      tool.send(0x55);
      expect(await tool.read(1)).toEqual(Buffer.of(0xc6));
    };
    const areas = async () => {
      const signature = await tool.ask(0x3a);
      expect(signature).toHaveLength(41);
      expect(signature.subarray(25).toString('latin1')).toMatch(/^R7FA8M1/);
      const count = signature[4] ?? 0;
      expect(count).toBe(4);
      for (let area = 0; area < count; area += 1) expect(await tool.ask(0x3b, area)).toHaveLength(25);
    };

    it('syncs with single zeros, lists areas, changes the rate, writes, reads and sums', async () => {
      await connect();
      await areas();
      await tool.ask(0x34, ...word(1_000_000));
      await tool.ask(0x3a);
      await tool.ask(0x12, ...word(BASE), ...word(BASE + 0x1fff));
      const image = randomBytes(2048);
      await tool.ask(0x13, ...word(BASE), ...word(BASE + 2047));
      for (const at of [0, 1024]) {
        tool.data(0x13, image.subarray(at, at + 1024));
        // Older versions read just seven bytes here.
        expect(await tool.read(7)).toEqual(Buffer.from('8100021300eb03', 'hex'));
      }
      // Newer versions read packet by packet with a command each, older ones acknowledge every packet, the last too.
      for (const at of [0, 1024]) {
        const packet = await tool.ask(0x15, ...word(BASE + at), ...word(BASE + at + 1023));
        expect(packet.equals(image.subarray(at, at + 1024))).toBe(true);
      }
      tool.command(0x15, ...word(BASE), ...word(BASE + 2047));
      for (const at of [0, 1024]) {
        const packet = await tool.frame();
        expect(packet.payload.equals(image.subarray(at, at + 1024))).toBe(true);
        tool.data(0x15, [0]);
      }
      expect(await tool.ask(0x18, ...word(BASE), ...word(BASE + 2047))).toHaveLength(4);
      expect(await tool.ask(0x2c)).toEqual(Buffer.of(0x04));
    });

    it('asks first whether the ROM is in command mode already, in either case', async () => {
      tool.command(0x00);
      expect(await tool.read(1)).toEqual(Buffer.of(0x00));
      await connectAfterInquiry();
      reopen();
      tool.command(0x00);
      expect(await tool.read(1)).toEqual(Buffer.of(0x81));
      expect(await tool.read(6)).toEqual(Buffer.from('00020000fe03', 'hex'));
      await areas();
    });

    it('syncs again where another run left off, at whatever rate that was', async () => {
      await connect();
      await tool.ask(0x34, ...word(1_000_000));
      tool.command(0x13, ...word(BASE), ...word(BASE + 1023));
      await tool.frame();
      reopen();
      await connect();
      await areas();
    });

    it('shows and sets parameter, boundary and life cycle, initializes towards SSD and locks', async () => {
      await connect();
      expect(await tool.ask(0x52, 0x01)).toEqual(Buffer.of(0x07));
      expect(await tool.ask(0x4f)).toHaveLength(10);
      await tool.ask(0x4e, 0, 32, 0, 64, 0, 0, 0, 0, 0, 0);
      expect(await tool.ask(0x50, 0x04, 0x02)).toEqual(Buffer.of(0x00));
      reopen();
      await connect();
      expect(await tool.ask(0x2c)).toEqual(Buffer.of(0x04));
      expect(await tool.ask(0x71, 0x04, 0x06)).toEqual(Buffer.of(0x00));
      expect((await control.status()).dlm).toBe('LCK_BOOT');
    });

    /** It sends one zero a tenth of a second apart until it is answered: the answer to the inquiry came before. */
    async function connectAfterInquiry(): Promise<void> {
      await control.reset();
      await connect();
    }
  });

  describe('raflash', () => {
    it('inquires, repeats the generic code and reads one byte for each', async () => {
      tool.command(0x00);
      expect(await tool.read(1)).toEqual(Buffer.of(0x00));
      // It waits for C3 and goes on after twenty attempts; each must be answered, for it reads without a limit.
      for (let attempt = 0; attempt < 20; attempt += 1) {
        tool.send(0x55);
        expect(await tool.read(1)).toEqual(Buffer.of(0xc6));
      }
      for (const area of [0, 1, 2]) expect(await tool.ask(0x3b, area)).toHaveLength(17);
    });

    it('declares whole sectors, sends fewer bytes, then reads back with an acknowledgement for each packet', async () => {
      tool.command(0x00);
      await tool.read(1);
      tool.send(0x55);
      await tool.read(1);
      await tool.ask(0x12, ...word(BASE), ...word(BASE + 0x1fff));
      await tool.ask(0x13, ...word(BASE), ...word(BASE + 0x1fff));
      const image = randomBytes(3 * 1024);
      for (let at = 0; at < image.length; at += 1024) {
        tool.data(0x13, image.subarray(at, at + 1024));
        await tool.read(7);
      }
      tool.command(0x15, ...word(BASE), ...word(BASE + 0x1fff));
      const packets: Buffer[] = [];
      for (let index = 0; index < 8; index += 1) {
        const bytes = await tool.read(1024 + 6);
        packets.push(Buffer.from(bytes.subarray(4, -2)));
        tool.data(0x15, [0]);
      }
      expect(Buffer.concat(packets).subarray(0, image.length).equals(image)).toBe(true);
      reopen();
      tool.command(0x00);
      expect(await tool.read(7)).toEqual(Buffer.from('8100020000fe03', 'hex'));
    });
  });

  describe('provisioning script of the chip vendor partner', () => {
    const connect = async () => {
      tool.send(0, 0, 0);
      expect(await tool.read(1)).toEqual(Buffer.of(0x00));
      tool.send(0x55);
      expect(await tool.read(1)).toEqual(Buffer.of(0xc6));
    };
    const provision = async (pressReset: boolean) => {
      await connect();
      await tool.ask(0x3a);
      expect(await tool.ask(0x2c)).toEqual(Buffer.of(0x04));
      await tool.ask(0x50, 0x04, 0x04);
      if (pressReset) await control.reset();
      reopen();
      await connect();
      expect(await tool.ask(0x2c)).toEqual(Buffer.of(0x04));
      expect(await tool.ask(0x73)).toEqual(Buffer.of(0x02));
      expect(await tool.ask(0x75)).toEqual(Buffer.of(0x02));
      if (pressReset) await control.reset();
      reopen();
      await connect();
      await tool.ask(0x3a);
      const level = (await tool.ask(0x73))[0] ?? 0;
      await tool.ask(0x72, level, 0x02);
    };
    const root = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const loader = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

    it.each([true, false])('runs from initialize to lock (reset pressed: %s)', async (pressReset) => {
      await provision(pressReset);
      // Its own .rkey: a wrapping key that only silicon could open.
      expect(await tool.ask(0x2e, 0x00, 0xff)).toEqual(Buffer.of(0x00));
      tool.data(0x2e, [0, 0, 0, 0, ...randomBytes(128)]);
      expect((await tool.frame()).payload).toEqual(Buffer.of(0x00));
      const image = randomBytes(1024);
      await tool.ask(0x12, ...word(BASE), ...word(BASE + 0x7fff));
      for (let at = 0; at < image.length; at += 128) {
        await tool.ask(0x13, ...word(BASE + at), ...word(BASE + at + 127));
        tool.data(0x13, image.subarray(at, at + 128));
        expect((await tool.frame()).payload).toEqual(Buffer.of(0x00));
      }
      for (const options of [0x0300a100, 0x0300a200, 0x27030080]) {
        await tool.ask(0x13, ...word(options), ...word(options + 15));
        tool.data(0x13, new Uint8Array(16).fill(0xff));
        expect((await tool.frame()).payload).toEqual(Buffer.of(0x00));
      }
      const key = makeKeyCertificate(root, rawPublicKey(loader));
      const header = { loadAddress: BASE, destinationAddress: BASE, imageVersion: 1, buildNumber: 0 };
      const code = makeCodeCertificate(loader, image, header);
      await tool.ask(0x26, 0x02, 0, key.length, 0, code.length);
      tool.data(0x26, [...key, ...code]);
      expect(await tool.frame()).toEqual({ code: 0x26, payload: Buffer.of(0x00) });
      for (const slot of [0x01, 0x02]) {
        await tool.ask(0x28, slot);
        tool.data(0x28, [0, 0, 0, 0, ...randomBytes(80)]);
        expect(await tool.frame()).toEqual({ code: 0x28, payload: Buffer.of(0x00) });
      }
      await tool.ask(0x72, 0x02, 0x04);
      expect(await tool.ask(0x51, 0x01, 0x00)).toEqual(Buffer.of(0x00));
      await tool.ask(0x71, 0x04, 0x06);
      expect(await control.status()).toMatchObject({ dlm: 'LCK_BOOT', protection: 'PL0', running: 'silent' });
    });
  });
});
