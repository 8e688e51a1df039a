import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TargetSession } from '#drivers/core/driver.ts';
import type { Image } from '#drivers/core/image.ts';
import type { OperationInput, OperationName, OperationOutput } from '#drivers/core/operations.ts';
import { GdbParser, type GdbInput } from '#drivers/protocols/gdb-remote/parser.ts';
import { operatorLines } from '#drivers/transports/control/operator.ts';
import { openTcp, type TcpTransport } from '#drivers/transports/tcp.ts';
import { stm32f0Swd } from './device.ts';
import { gdbDriver } from './driver.ts';

/** Debian's OpenOCD 0.12.0-1 and this driver, as test/guest/record-openocd.ts wrote them down. */
const lines = readFileSync(new URL('openocd-0.12.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const words = lines.map((line) => line.split(' ') as [string, string]);
const bytesOf = (name: string): Buffer =>
  Buffer.from(words.find(([word]) => word === name)?.[1] ?? '', 'hex');
const turns = words
  .filter(([word]) => word === '>' || word === '<')
  .map(([way, hex]) => ({ way, bytes: Buffer.from(hex, 'hex') }));
const all = (way: string): Buffer =>
  Buffer.concat(turns.filter((turn) => turn.way === way).map(({ bytes }) => bytes));

const START = 0x08000000;
const image: Image = {
  ...{ sha256: '0'.repeat(64), format: 'binary', entryPoint: null },
  segments: [{ address: START, bytes: Uint8Array.from(bytesOf('image')) }],
};

/** Says each turn of OpenOCD once as much was heard as OpenOCD had heard then. */
class Player {
  heard = Buffer.alloc(0);
  private readonly socket: Socket;
  private next = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.heard = Buffer.concat([this.heard, bytes]);
      this.play();
    });
    socket.on('error', () => undefined);
  }

  private play(): void {
    let asked = 0;
    for (const [index, { way, bytes }] of turns.entries()) {
      if (way === '>') asked += bytes.length;
      else if (asked > this.heard.length) return;
      else if (index >= this.next) {
        this.next = index + 1;
        this.socket.write(bytes);
      }
    }
  }
}

let server: Server;
let player: Player;
let transport: TcpTransport;
let session: TargetSession;
beforeEach(async () => {
  server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  transport = await openTcp(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, 9600);
  player = new Player((await accepted)[0]);
  session = gdbDriver(stm32f0Swd).open({ transport, control: operatorLines() }, { get: () => image });
});
afterEach(async () => {
  await transport.close();
  server.close();
});

const run = async <K extends OperationName>(
  operation: K,
  input: OperationInput<K>,
): Promise<OperationOutput<K>> =>
  (await session.run(operation, input, { signal: new AbortController().signal, progress: () => undefined }))
    .output;

describe('bytes recorded from OpenOCD', () => {
  it('are whole packets to our parser, however they are cut', () => {
    const bytes = Uint8Array.from(all('<'));
    const whole = new GdbParser();
    const inputs = whole.push(bytes);
    expect(inputs.filter(({ kind }) => kind !== 'packet' && kind !== 'ack')).toEqual([]);
    expect(whole).toMatchObject({ discarded: 0 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), (size) => {
        const parser = new GdbParser();
        const cut: GdbInput[] = [];
        for (let at = 0; at < bytes.length; at += size)
          cut.push(...parser.push(bytes.subarray(at, at + size)));
        expect(cut).toEqual(inputs);
      }),
      { numRuns: 30 },
    );
  });

  it('lead the driver through the same acts, to the byte', async () => {
    const identity = await run('identify', { target: 'stm32f0-swd' });
    expect(identity).toMatchObject({
      ...{ chipUid: bytesOf('uid').toString('hex'), lifecycle: { dlm: 'RDP0' } },
      areas: [{ start: START, end: 0x0801ffff, eraseUnit: 2048 }],
    });
    expect(await run('program', { image: image.sha256 })).toMatchObject({ bytes: 700 });
    await run('verify', { image: image.sha256 });
    await expect(run('read-memory', { address: 0xffffff00, length: 4 })).rejects.toMatchObject({
      ...{ code: 'device-error', context: { address: '0xffffff00' } },
    });
    expect(await run('protect', { level: 'RDP1' })).toMatchObject({ dlm: 'RDP1' });
    expect(await run('initialize', {})).toMatchObject({ dlm: 'RDP0' });
    expect(await run('initialize', {})).toMatchObject({ dlm: 'RDP0' });
    expect(await run('read-state', {})).toMatchObject({ lifecycle: { dlm: 'RDP0' } });
    await session.close();
    const heard = player.heard.toString('latin1');
    expect(heard).toBe(all('>').toString('latin1'));
  });
});
