import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBench, type Bench } from '#drivers/virtual/bench.ts';
import { openBenchControl, type BenchControl } from '#drivers/virtual/control-client.ts';
import type { BenchStatus } from '#drivers/virtual/control/messages.ts';
import { BenchTool, word } from '../integration/bench-tool.ts';

const BASE = 0x02000000;

/** Each fault of the bench as a tool on the port sees it. */
describe.each(['max', 'wire'] as const)('faults of the virtual bench, speed %s', (speed) => {
  let bench: Bench;
  let tool: BenchTool;
  let control: BenchControl;

  const connect = async () => {
    tool.send(0, 0, 0);
    await tool.read(1);
    tool.send(0x55);
    await tool.read(1);
    await tool.ask(0x34, ...word(4_000_000));
  };
  beforeEach(async () => {
    bench = await openBench({ target: 'ra8m1', sites: 1, speed });
    tool = new BenchTool(bench.sites[0]?.port ?? '');
    control = await openBenchControl(bench.sites[0]?.control ?? '');
    await connect();
  });
  afterEach(async () => {
    tool.close();
    await control.close();
    await bench.close();
  });

  it('drop-answer: the one answer is missing, the next is there', async () => {
    await control.fault('drop-answer 2c');
    tool.command(0x2c);
    expect(await tool.ask(0x73)).toEqual(Buffer.of(0x02));
    expect(await tool.ask(0x2c)).toEqual(Buffer.of(0x04));
  });

  it('corrupt-checksum: the frame does not add up', async () => {
    await control.fault('corrupt-checksum');
    tool.command(0x2c);
    const frame = await tool.read(7);
    expect(frame.subarray(1, 6).reduce((sum, byte) => sum + byte, 0) % 256).not.toBe(0);
  });

  it('delay and garbage: the answer comes late, behind noise', async () => {
    await control.fault('delay 20 2c');
    await control.fault('garbage 2c');
    tool.command(0x2c);
    expect(await tool.read(5)).toEqual(Buffer.from('ff7e1381ff', 'hex'));
    expect((await tool.frame()).payload).toEqual(Buffer.of(0x04));
  });

  it('nak: refused with that status, and not carried out', async () => {
    await control.fault('nak e4 72 x2');
    for (let attempt = 0; attempt < 2; attempt += 1)
      await expect(tool.ask(0x72, 2, 4)).rejects.toThrow('refused: e4');
    expect((await control.status()).protection).toBe('PL2');
    await tool.ask(0x72, 2, 4);
    expect((await control.status()).faults).toEqual([]);
  });

  it('power-cut-mid-write: half a phrase is written, and the ROM starts anew', async () => {
    await tool.ask(0x13, ...word(BASE), ...word(BASE + 1023));
    await control.fault('power-cut-mid-write 3');
    tool.data(0x13, new Uint8Array(1024));
    // What is sent before power is back is lost, as on a board.
    await until((state) => state.faults.length === 0);
    await connectAgain();
    const bytes = await tool.ask(0x15, ...word(BASE), ...word(BASE + 1023));
    expect([...bytes].findIndex((byte) => byte !== 0)).toBe(2 * 128 + 64);
    expect(bytes.subarray(2 * 128 + 64).every((byte) => byte === 0xff)).toBe(true);
  });

  if (speed === 'wire')
    it('power off in a long erase: what was not reached is still there', async () => {
      const last = 0x021f7f80;
      for (const start of [BASE, last]) {
        await tool.ask(0x13, ...word(start), ...word(start + 127));
        tool.data(0x13, new Uint8Array(128));
        await tool.frame();
      }
      await control.resetClock();
      tool.command(0x12, ...word(BASE), ...word(last + 127));
      await until((state) => state.clock.flashSeconds > 0);
      await control.power(false);
      await control.power(true);
      await connectAgain();
      expect(await tool.ask(0x15, ...word(BASE), ...word(BASE))).toEqual(Buffer.of(0xff));
      expect(await tool.ask(0x15, ...word(last), ...word(last))).toEqual(Buffer.of(0x00));
    });

  it('lock-silent and lock-lost: no answer, locked or not', async () => {
    await control.fault('lock-lost');
    tool.command(0x71, 4, 6);
    expect(await tool.ask(0x2c)).toEqual(Buffer.of(0x04));
    await control.fault('lock-silent');
    tool.command(0x71, 4, 6);
    await until((state) => state.running === 'silent');
    expect((await control.status()).dlm).toBe('LCK_BOOT');
  });

  it('wrong-chip, wrong-uid and bad-cell: the part says what is not so, until cleared', async () => {
    const true_ = await tool.ask(0x3a);
    await control.fault('wrong-chip R7FA6M5BH3CFC');
    await control.fault('wrong-uid');
    await control.fault(`bad-cell ${BASE.toString(16)}`);
    const lied = await tool.ask(0x3a);
    expect(lied.subarray(25).toString('latin1')).toContain('R7FA6M5BH3CFC');
    expect(lied.subarray(9, 25)).not.toEqual(true_.subarray(9, 25));
    expect(await tool.ask(0x15, ...word(BASE), ...word(BASE + 1))).toEqual(Buffer.of(0xfe, 0xff));
    await control.fault(null);
    expect(await tool.ask(0x3a)).toEqual(true_);
  });

  it('cable pulled in mid-write: the port hangs up, the part keeps what it has', async () => {
    await tool.ask(0x13, ...word(BASE), ...word(BASE + 1023));
    tool.data(0x13, new Uint8Array(128));
    await tool.frame();
    await control.cable(false);
    await tool.hangUp();
    tool.close();
    tool = new BenchTool((await control.cable(true)) ?? '');
    await connectAgain();
    const bytes = await tool.ask(0x15, ...word(BASE), ...word(BASE + 255));
    expect([...bytes].findIndex((byte) => byte !== 0)).toBe(128);
  });

  /** The ROM of a part that lost power, or of a tool that starts anew. */
  async function connectAgain(): Promise<void> {
    tool.send(0, 0, 0);
    expect(await tool.read(1)).toEqual(Buffer.of(0x00));
    tool.send(0x55);
    expect(await tool.read(1)).toEqual(Buffer.of(0xc6));
  }

  /** Asks for the status until it is so: each answer is the event that the next question waits for. */
  async function until(holds: (state: BenchStatus) => boolean): Promise<void> {
    while (!holds(await control.status()));
  }
});
