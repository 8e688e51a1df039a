import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UsbPort } from '#drivers/core/link.ts';
import { openUsb } from '#drivers/transports/usb/open-usb.ts';
import { openBench, type Bench } from '../bench.ts';
import { openBenchControl, type BenchControl } from '../control-client.ts';
import { passesAsEven, readLineCoding, writeLineCoding, type LineCoding } from './line-coding.ts';

const SET_LINE_CODING = 0x20;
const GET_LINE_CODING = 0x21;
const SET_CONTROL_LINE_STATE = 0x22;
const SEND_BREAK = 0x23;
const SYNC = 0x7f;
const ACK = 0x79;
const EVEN: LineCoding = { rate: 115_200, stopBits: 'one', parity: 'even', dataBits: 8 };
const [DTR, RTS] = [1, 2];

let bench: Bench;
let hands: BenchControl;
let usb: UsbPort;

async function open(target: string): Promise<void> {
  bench = await openBench({ target, sites: 1, speed: 'max' });
  hands = await openBenchControl(bench.sites[0]?.control ?? '');
  await plugIn();
}

async function plugIn(): Promise<void> {
  usb = await openUsb(bench.sites[0]?.link ?? '');
  for (const number of [0, 1]) await usb.device.claimInterface(number);
}

afterEach(async () => {
  await usb.close();
  await hands.close();
  await bench.close();
});

const request = (code: number, value = 0) =>
  ({ requestType: 'class', recipient: 'interface', request: code, value, index: 0 }) as const;
const lines = (value: number) => usb.device.controlTransferOut(request(SET_CONTROL_LINE_STATE, value));
const setCoding = (coding: LineCoding) =>
  usb.device.controlTransferOut(request(SET_LINE_CODING), writeLineCoding(coding));
const say = (...bytes: number[]) => usb.device.transferOut(2, Uint8Array.from(bytes));

async function hear(endpoint = 1): Promise<number[]> {
  const { data } = await usb.device.transferIn(endpoint, 64);
  return [...new Uint8Array(data?.buffer ?? new ArrayBuffer(0), data?.byteOffset, data?.byteLength)];
}

describe('an STM32F4 behind a USB serial adapter', () => {
  beforeEach(() => open('cdc'));

  it('keeps the line coding that it is told, and refuses one that no table has', async () => {
    await setCoding(EVEN);
    const { data } = await usb.device.controlTransferIn(request(GET_LINE_CODING), 7);
    expect(readLineCoding(new Uint8Array(data?.buffer ?? new ArrayBuffer(0)))).toEqual(EVEN);
    const bad = await usb.device.controlTransferOut(request(SET_LINE_CODING), new Uint8Array(7).fill(9));
    expect(bad.status).toBe('stall');
  });

  it('answers in 8E1', async () => {
    await setCoding(EVEN);
    await say(SYNC);
    expect(await hear()).toEqual([ACK]);
    await say(0x02, 0xfd);
    expect(await hear()).toEqual([ACK, 1, 4, 0x13, ACK]);
  });

  it.each(['none', 'odd'] as const)('hears no command in parity %s', async (parity) => {
    await setCoding(EVEN);
    await say(SYNC);
    expect(await hear()).toEqual([ACK]);
    await setCoding({ ...EVEN, parity });
    await say(0x00, 0xff);
    expect((await hands.status()).discardedBytes).toBe(2);
  });

  it('is held in reset by DTR and enters the boot loader by RTS', async () => {
    await lines(DTR);
    expect((await hands.status()).running).toBe('off');
    await lines(0);
    expect(await hands.status()).toMatchObject({ mode: 'high', running: 'silent' });
    await lines(RTS);
    await lines(DTR | RTS);
    await lines(RTS);
    expect(await hands.status()).toMatchObject({ mode: 'low', running: 'boot-rom' });
  });

  it('tells the host whether a part is in, and again after each plugging', async () => {
    const note = (state: number) => [0xa1, 0x20, 0, 0, 0, 0, 2, 0, state, 0];
    expect(await hear(3)).toEqual(note(3).concat(note(3)));
    await hands.remove();
    expect(await hear(3)).toEqual(note(0));
    await hands.insert();
    await hear(3);
    await usb.close();
    await plugIn();
    expect(await hear(3)).toEqual(note(3));
  });

  it('takes a break as a byte that was none', async () => {
    await usb.device.controlTransferOut(request(SEND_BREAK, 0xffff));
    await usb.device.controlTransferOut(request(SEND_BREAK, 0));
    expect((await hands.status()).discardedBytes).toBe(1);
  });

  it('leaves the bus with its cable and comes back to the same place of it', async () => {
    const gone = vi.fn();
    usb.onGone(gone);
    expect(await hands.cable(false)).toBeNull();
    await vi.waitUntil(() => gone.mock.calls.length === 1);
    await expect(openUsb(bench.sites[0]?.link ?? '')).rejects.toMatchObject({ code: 'port-missing' });
    expect(await hands.cable(true)).toBe(bench.sites[0]?.link);
    await plugIn();
    expect(usb.device.productName).toBe('Virtual serial adapter');
  });
});

describe('cross-coupled DTR and RTS', () => {
  beforeEach(() => open('cdc-crossed'));

  it('drive neither pin when both are set, as a system leaves them at an open', async () => {
    await lines(DTR | RTS);
    expect((await hands.status()).running).toBe('boot-rom');
  });

  it('reset by RTS alone, hold the mode pin by DTR alone', async () => {
    await lines(RTS);
    expect((await hands.status()).running).toBe('off');
    await lines(DTR);
    expect(await hands.status()).toMatchObject({ mode: 'low', running: 'boot-rom' });
    await lines(RTS);
    await lines(0);
    expect(await hands.status()).toMatchObject({ mode: 'high', running: 'silent' });
  });
});

describe('a ninth bit', () => {
  it('passes where it is what even parity has in its place', () => {
    const at = (parity: LineCoding['parity']) =>
      [0x7f, 0x00].map((byte) => passesAsEven(byte, { ...EVEN, parity }));
    expect([at('even'), at('odd'), at('none'), at('mark'), at('space')]).toEqual([
      [true, true],
      [false, false],
      [true, false],
      [true, false],
      [false, true],
    ]);
    expect(passesAsEven(0, { ...EVEN, dataBits: 7 })).toBe(false);
  });
});
