import { CortexM, type Transport } from 'dapjs';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UsbPort } from '#drivers/core/link.ts';
import { openVirtualPort, type VirtualPort } from '#drivers/transports/usb/virtual-port.test-support.ts';
import { openSocket, type SocketRig } from '#drivers/virtual/cmsis-dap/socket.test-support.ts';

/** STM32F0 (RM0091, section 3.5) and its memory. */
const FLASH = { start: 0x08000000, keyr: 0x40022004, sr: 0x4002200c, cr: 0x40022010, ar: 0x40022014 };
const RAM = 0x20000000;
const UID = 0x1ffff7ac;
const IDCODE = 0x40015800;
const CPUID = 0xe000ed00;

let rig: SocketRig;
let bus: VirtualPort;
let port: UsbPort;
let core: CortexM;

beforeEach(async () => {
  rig = openSocket();
  bus = await openVirtualPort(rig.socket.usb);
  port = await bus.open();
  await port.device.claimInterface(0);
  core = new CortexM(transportOn(port));
  await core.connect();
});
afterEach(() => bus.close());

/** What dapjs asks of a probe, on the endpoints of CMSIS-DAP version 2. */
const transportOn = ({ device }: UsbPort): Transport => ({
  packetSize: 512,
  open: () => Promise.resolve(),
  close: () => Promise.resolve(),
  read: async () => (await device.transferIn(2, 512)).data ?? new DataView(new ArrayBuffer(0)),
  write: async (data) => {
    await device.transferOut(1, data);
  },
});

const wordsOf = (bytes: Buffer): Uint32Array =>
  Uint32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32LE(index * 4));

describe('dapjs on the simulated probe', () => {
  it('finds the part that is in the socket', async () => {
    expect(await core.readMem32(CPUID)).toBe(0x410cc200);
    expect((await core.readMem32(IDCODE)) & 0xfff).toBe(0x448);
    expect(Buffer.from((await core.readBlock(UID, 3)).buffer)).toEqual(Buffer.from(rig.part.uid));
  });

  it('writes and reads memory, and finds where the address counts over', async () => {
    const words = wordsOf(randomBytes(0x400));
    await core.writeBlock(RAM + 0x100, words);
    // dapjs leaves the border of 1 KiB to its user: what is beyond it went to the start of the block.
    expect(await core.readBlock(RAM + 0x100, 0xc0)).toEqual(words.subarray(0, 0xc0));
    expect(await core.readBlock(RAM, 0x40)).toEqual(words.subarray(0xc0));
    await core.writeMem16(RAM + 0x102, 0xbeef);
    expect(await core.readMem32(RAM + 0x100)).toBe(((0xbeef << 16) | ((words[0] ?? 0) & 0xffff)) >>> 0);
  });

  it('runs code in RAM to its breakpoint', async () => {
    await core.halt();
    expect(await core.isHalted()).toBe(true);
    // muls r0, r1; adds r0, #3; str r0, [r2]; nop; bkpt #42, which dapjs asks for as the last word.
    const code = wordsOf(Buffer.from('48430330106000bf2abe0000', 'hex'));
    await core.execute(RAM, code, RAM + 0x1000, RAM + 1, undefined, 6, 7, RAM + 0x200);
    expect(await core.readMem32(RAM + 0x200)).toBe(45);
  });

  it('programs a page by the registers, and is refused where it is not erased', async () => {
    await core.halt();
    await core.writeMem32(FLASH.keyr, 0x45670123);
    await core.writeMem32(FLASH.keyr, 0xcdef89ab);
    await core.writeMem32(FLASH.cr, 1);
    await core.writeMem16(FLASH.start, 0x1234);
    await core.writeMem16(FLASH.start + 2, 0x5678);
    expect(await core.readMem32(FLASH.start)).toBe(0x56781234);
    await core.writeMem16(FLASH.start, 0x4321);
    expect((await core.readMem32(FLASH.sr)) & 4).toBe(4);
    expect(await core.readMem32(FLASH.start)).toBe(0x56781234);
    await core.writeMem32(FLASH.cr, 2);
    await core.writeMem32(FLASH.ar, FLASH.start);
    await core.writeMem32(FLASH.cr, 0x42);
    expect(await core.readMem32(FLASH.start)).toBe(0xffffffff);
  });

  it('gets FAULT for an address that is not there, and goes on after it', async () => {
    await expect(core.readMem32(0x70000000)).rejects.toThrow();
    expect(await core.readMem32(CPUID)).toBe(0x410cc200);
  });
});
