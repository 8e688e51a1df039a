import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import { BenchTool, word } from '../integration/bench-tool.ts';

/**
 * What the public tool for RX parts sends and insists on (hirakuni45/RX, rxprog: rx65x_protocol.hpp, rx72t_protocol.hpp),
 * over a real pseudo-terminal. Bytes read off its source; the words are ours.
 */
describe.each([
  ['rx65n', 0xc2],
  ['rx72t', 0xc1],
  ['rx72m', 0xc1],
])('rxprog on a simulated %s', (target, bootCode) => {
  let bench: Bench;
  let control: BenchControl;
  let tool: BenchTool;
  beforeAll(async () => {
    bench = await openBench({ target, sites: 1, speed: 'max' });
    control = await openBenchControl(bench.sites[0]?.control ?? '');
  });
  afterAll(async () => {
    await control.close();
    await bench.close();
  });
  beforeEach(async () => {
    await control.reset();
    tool = new BenchTool(bench.sites[0]?.port ?? '');
  });
  afterEach(() => tool.close());

  /** A status of one byte, whole: the tool takes no longer one. */
  const status = async (code: number, value = 0x00) => {
    const bytes = await tool.read(7);
    expect([...bytes.subarray(0, 5)]).toEqual([0x81, 0x00, 0x02, code, value]);
    return bytes;
  };
  /** It sends the status back as it came, and reads just so many bytes of data then. */
  const inParts = async (code: number, length: number, ...payload: number[]) => {
    tool.command(code, ...payload);
    tool.send(...(await status(code)));
    const frame = await tool.read(length + 6);
    expect([...frame.subarray(0, 4)]).toEqual([0x81, 0x00, length + 1, code]);
    return frame.subarray(4, -2);
  };
  const ok = async (code: number, ...payload: number[]) => {
    tool.command(code, ...payload);
    await status(code);
  };
  const bind = async () => {
    tool.send(0x00);
    expect(await tool.read(1)).toEqual(Buffer.of(0x00));
    tool.send(0x55);
    expect(await tool.read(1)).toEqual(Buffer.of(bootCode));
    await inParts(0x38, 24);
    await ok(0x36, 0x01);
    const clocks = await inParts(0x32, 8, ...word(16_000_000), ...word(120_000_000));
    expect(clocks.readUInt32BE()).toBe(120_000_000);
    await ok(0x34, ...word(230_400));
    await ok(0x00);
    return (await inParts(0x2c, 1))[0];
  };

  it('binds, erases what is not blank, writes and reads pages of 256 bytes', async () => {
    expect(await bind()).toBe(0xff);
    const page = randomBytes(256);
    for (const address of [0xffff_0000, 0xfffe_8000]) {
      await ok(0x10, ...word(address), ...word(address + 255));
      await ok(0x13, ...word(address), ...word(address + 255));
      tool.data(0x13, page);
      await status(0x13);
      // To read, it sends an empty data frame where it echoes elsewhere.
      await ok(0x15, ...word(address), ...word(address + 255));
      tool.data(0x15, []);
      expect((await tool.frame()).payload.equals(page)).toBe(true);
      tool.command(0x10, ...word(address), ...word(address + 255));
      await status(0x90, 0xe0);
      await ok(0x12, ...word(address));
      await ok(0x10, ...word(address), ...word(address + 255));
    }
  });

  it('is told that an ID code is asked for, and kept from the flash until it is given', async () => {
    await control.fault('id-code 00112233445566778899aabbccddeeff');
    await control.reset();
    expect(await bind()).toBe(0x00);
    tool.command(0x12, ...word(0xffff_0000));
    await status(0x92, 0xda);
    await ok(0x30, ...Buffer.from('00112233445566778899aabbccddeeff', 'hex'));
    await ok(0x12, ...word(0xffff_0000));
    await control.fault(null);
  });

  it('refuses a block that begins nowhere and a page that is none', async () => {
    await bind();
    tool.command(0x12, ...word(0xffff_0100));
    await status(0x92, 0xd0);
    tool.command(0x13, ...word(0xffff_0080), ...word(0xffff_017f));
    await status(0x93, 0xd0);
  });
});
