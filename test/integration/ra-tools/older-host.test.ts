import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { BenchTool, word } from '../bench-tool.ts';

/**
 * A tool written for the boot firmware before this one, as robinkrens/raflash is: it waits for C3 twenty times, then
 * reads 23 bytes of area information and 18 of signature without looking at the length.
 */
const BASE = 0x02000000;

describe('a host of the older boot firmware', () => {
  let bench: Bench;
  let tool: BenchTool;
  const port = () => bench.sites[0]?.port ?? '';

  beforeEach(async () => {
    bench = await openBench({ target: 'ra8m1', sites: 1, speed: 'max' });
    tool = new BenchTool(port());
  });
  afterEach(async () => {
    tool.close();
    await bench.close();
  });
  const reopen = () => {
    tool.close();
    tool = new BenchTool(port());
  };
  /** An inquiry before the handshake, then the generic code so many times, each answered. */
  const connect = async (codes: number) => {
    tool.command(0x00);
    expect(await tool.read(1)).toEqual(Buffer.of(0x00));
    await repeatCode(codes);
  };
  const repeatCode = async (codes: number) => {
    for (let code = 0; code < codes; code += 1) {
      tool.send(0x55);
      expect(await tool.read(1)).toEqual(Buffer.of(0xc6));
    }
  };
  const shortAreas = async () => {
    for (const area of [0, 1, 2]) {
      tool.command(0x3b, area);
      const frame = await tool.read(23);
      expect(frame.subarray(0, 4)).toEqual(Buffer.of(0x81, 0x00, 0x12, 0x3b));
      expect(frame.at(-1)).toBe(0x03);
    }
  };

  it('reads areas, signature and areas again', async () => {
    await connect(20);
    await shortAreas();
    tool.command(0x3a);
    const signature = await tool.read(18);
    expect(signature.readUInt32BE(8)).toBe(4_000_000);
    expect(signature[13]).toBe(0x03);
    await shortAreas();
  });

  it('finds the same in its next run, which only inquires', async () => {
    await connect(20);
    reopen();
    tool.command(0x00);
    expect(await tool.read(7)).toEqual(Buffer.from('8100020000fe03', 'hex'));
    await shortAreas();
    expect(await tool.ask(0x12, ...word(BASE), ...word(BASE + 0x1fff))).toEqual(Buffer.of(0x00));
  });

  it('reads a refusal in the seven bytes it expects', async () => {
    await connect(20);
    tool.command(0x12, ...word(0), ...word(0x1fff));
    expect(await tool.read(7)).toEqual(Buffer.from('81000292d09c03', 'hex'));
  });

  it('leaves the part to a tool that inquires and asks for the signature first', async () => {
    await connect(20);
    reopen();
    await tool.ask(0x00);
    expect(await tool.ask(0x3a)).toHaveLength(41);
    expect(await tool.ask(0x3b, 0)).toHaveLength(25);
  });

  it('leaves the part to a tool that syncs', async () => {
    await connect(20);
    reopen();
    tool.send(0, 0, 0);
    await tool.read(1);
    tool.send(0x55);
    await tool.read(1);
    expect(await tool.ask(0x3b, 0)).toHaveLength(25);
  });

  it('is not taken for one after a few generic codes', async () => {
    await connect(5);
    expect(await tool.ask(0x3b, 0)).toHaveLength(25);
    await repeatCode(5);
    expect(await tool.ask(0x3b, 0)).toHaveLength(25);
  });
});
