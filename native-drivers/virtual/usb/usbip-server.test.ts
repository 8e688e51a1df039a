import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HEADER_BYTES, OP, OP_HEADER_BYTES, RECORD_BYTES } from '#drivers/protocols/usbip/constants.ts';
import {
  opHeader,
  readOpHeader,
  readRecord,
  readSubmitted,
  readUnlinked,
  requestImport,
  writeSubmit,
  writeUnlink,
} from '#drivers/protocols/usbip/messages.ts';
import { Echo } from './echo.test-support.ts';
import { UsbIpServer } from './usbip-server.ts';

let server: UsbIpServer;
let echo: Echo;
let sockets: Socket[];
beforeEach(async () => {
  server = await UsbIpServer.listen();
  echo = new Echo();
  sockets = [];
  server.plug('1-1', echo);
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close();
});

/** A host that speaks in bytes. */
class RawHost {
  readonly socket: Socket;
  private held = Buffer.alloc(0);
  private seqnum = 0;

  constructor() {
    this.socket = connect(server.port, '127.0.0.1');
    this.socket.on('data', (bytes: Buffer) => (this.held = Buffer.concat([this.held, bytes])));
    this.socket.on('error', () => undefined);
    sockets.push(this.socket);
  }

  async take(length: number): Promise<Buffer> {
    await vi.waitUntil(() => this.held.length >= length, { interval: 1 });
    const taken = this.held.subarray(0, length);
    this.held = this.held.subarray(length);
    return taken;
  }

  async import(busid = '1-1'): Promise<number> {
    this.socket.write(requestImport(OP.requestImport, busid));
    const { status } = readOpHeader(await this.take(OP_HEADER_BYTES));
    if (status === 0) await this.take(RECORD_BYTES);
    return status;
  }

  send(endpoint: number, direction: 'in' | 'out', length: number, setup = new Uint8Array(8)): number {
    const seqnum = (this.seqnum += 1);
    this.socket.write(writeSubmit({ seqnum, devid: 1, direction, endpoint, length, setup }));
    return seqnum;
  }

  unlink(submitted: number): void {
    this.socket.write(writeUnlink((this.seqnum += 1), 1, submitted));
  }

  /** A control transfer IN: its bytes, or its status where that is not zero. */
  async ask(...setup: number[]): Promise<number[] | number> {
    this.send(0, 'in', setup[6] ?? 0, Uint8Array.from(setup));
    const { status, length } = readSubmitted(await this.take(HEADER_BYTES)) ?? { status: 1, length: 0 };
    return status === 0 ? [...(await this.take(length))] : status;
  }
}

const STALL = -32;
const UNLINKED = -104;
const getDescriptor = (type: number, index: number, length: number) =>
  [0x80, 6, index, type, 0, 0, length, 0] as const;

describe('a USB/IP server', () => {
  it('lists a device with its interfaces, and not while a host has it', async () => {
    const list = async (): Promise<number> => {
      const host = new RawHost();
      host.socket.write(opHeader(OP.requestList));
      const head = await host.take(OP_HEADER_BYTES + 4);
      if (head.readUInt32BE(8) === 0) return 0;
      expect(readRecord(await host.take(RECORD_BYTES))).toMatchObject({ busid: '1-1', interfaces: 1 });
      expect([...(await host.take(4))]).toEqual([0xff, 0, 0, 0]);
      return head.readUInt32BE(8);
    };
    expect(await list()).toBe(1);
    expect(await new RawHost().import()).toBe(0);
    expect(await list()).toBe(0);
  });

  it('answers the standard requests from the descriptors, and stalls those of other devices', async () => {
    const host = new RawHost();
    await host.import();
    expect(await host.ask(...getDescriptor(1, 0, 8))).toEqual([...echo.descriptors.device.subarray(0, 8)]);
    expect(await host.ask(...getDescriptor(2, 0, 9))).toHaveLength(9);
    expect(await host.ask(...getDescriptor(3, 0, 255))).toEqual([4, 3, 9, 4]);
    for (const type of [6, 15]) expect(await host.ask(...getDescriptor(type, 0, 10))).toBe(STALL);
    expect(await host.ask(...getDescriptor(3, 9, 255))).toBe(STALL);
    expect(await host.ask(0x00, 9, 1, 0, 0, 0, 0, 0)).toEqual([]);
    expect(await host.ask(0x80, 8, 0, 0, 0, 0, 1, 0)).toEqual([1]);
    expect(await host.ask(0x01, 11, 9, 0, 0, 0, 0, 0)).toBe(STALL);
    expect(await host.ask(0x01, 11, 1, 0, 0, 0, 0, 0)).toEqual([]);
    expect(await host.ask(0x81, 10, 0, 0, 0, 0, 1, 0)).toEqual([1]);
    expect(await host.ask(0x00, 9, 7, 0, 0, 0, 0, 0)).toBe(STALL);
  });

  it('takes the first question that Linux asks after a bus reset for that reset', async () => {
    const host = new RawHost();
    await host.import();
    await host.ask(...getDescriptor(1, 0, 64));
    expect(echo.seen).not.toContain('reset');
    await host.ask(0x00, 9, 1, 0, 0, 0, 0, 0);
    await host.ask(...getDescriptor(1, 0, 64));
    expect(echo.seen).toContain('reset');
    expect(await host.ask(0x80, 8, 0, 0, 0, 0, 1, 0)).toEqual([0]);
  });

  it('gives back a transfer that its host unlinks, also one in the queue, and answers neither', async () => {
    const host = new RawHost();
    await host.import();
    const [first, second] = [host.send(1, 'in', 64), host.send(1, 'in', 64)];
    await vi.waitUntil(() => echo.waiting === 1);
    host.unlink(second);
    host.unlink(first);
    for (let index = 0; index < 2; index += 1)
      expect(readUnlinked(await host.take(HEADER_BYTES))?.status).toBe(UNLINKED);
    host.unlink(first);
    expect(readUnlinked(await host.take(HEADER_BYTES))?.status).toBe(0);
    expect(echo.aborted).toHaveLength(1);
  });

  it.each([
    ['what is no operation', Buffer.from('GET / HTTP/1.1\r\n')],
    [
      'what is no command',
      Buffer.concat([requestImport(OP.requestImport, '1-1'), Buffer.alloc(HEADER_BYTES, 9)]),
    ],
    [
      'a transfer longer than any',
      Buffer.concat([
        requestImport(OP.requestImport, '1-1'),
        writeSubmit({
          seqnum: 1,
          devid: 1,
          direction: 'out',
          endpoint: 2,
          length: 2 ** 31,
          setup: new Uint8Array(8),
        }),
      ]),
    ],
  ])('ends the connection at %s, and serves the next', async (_, bytes) => {
    const host = new RawHost();
    host.socket.write(bytes);
    await once(host.socket, 'close');
    await vi.waitUntil(async () => (await new RawHost().import()) === 0);
  });
});
