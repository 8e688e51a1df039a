import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTcp, type TcpTransport } from '#drivers/transports/tcp.ts';
import { GdbRemoteClient } from './client.ts';
import { hexOf, packet, textBytes } from './writer.ts';

/** A server that plays a script over a real connection: what it hears, in order, and what it says to each packet. */
let server: Server;
let socket: Socket;
let transport: TcpTransport;
let heard: string[];
let interrupts: number;
let answers: ((data: string) => string | null)[];
const signal = new AbortController().signal;
const framed = (text: string): string => Buffer.from(packet(textBytes(text))).toString('latin1');

beforeEach(async () => {
  heard = [];
  interrupts = 0;
  answers = [];
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  transport = await openTcp(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, 9600);
  [socket] = await accepted;
  socket.setNoDelay(true);
  listen();
});
afterEach(async () => {
  await transport.close();
  server.close();
});

function listen(): void {
  let rest = '';
  socket.on('data', (bytes: Buffer) => {
    rest += bytes.toString('latin1');
    interrupts += bytes.filter((byte) => byte === 0x03).length;
    for (let found = /\$([^#]*)#../.exec(rest); found !== null; found = /\$([^#]*)#../.exec(rest)) {
      rest = rest.slice(found.index + found[0].length);
      heard.push(found[1] ?? '');
      const said = answers.shift()?.(found[1] ?? '') ?? null;
      if (said !== null) socket.write(Buffer.from(said, 'latin1'));
    }
  });
  socket.on('error', () => undefined);
}

/** Agreed on small packets, with or without acknowledgements. */
async function connected(offer = ''): Promise<GdbRemoteClient> {
  answers.push(() => `+${framed(`PacketSize=80${offer}`)}`);
  if (offer !== '') answers.push(() => `+${framed('OK')}`);
  return GdbRemoteClient.connect(transport, signal);
}
const says = (...texts: string[]): void => {
  for (const text of texts) answers.push(() => text);
};

describe('a conversation with a debug server', () => {
  it('passes over what older questions left behind, until both agree', async () => {
    says(`${framed('T05')}+${framed('deadbeef')}${framed('PacketSize=80;QStartNoAckMode-')}`);
    const client = await GdbRemoteClient.connect(transport, signal);
    expect(client).toMatchObject({ strays: 2, window: 1, mostRead: 56 });
    client.close();
  });

  it('asks once more, and interrupts what runs, where the first question was eaten', async () => {
    answers.push(() => null);
    const client = await connected();
    expect(heard).toEqual(['qSupported:swbreak+', 'qSupported:swbreak+']);
    expect(interrupts).toBe(1);
    client.close();
  });

  it('passes over the second hello of a server that was slow to say the first', async () => {
    const hello = framed('PacketSize=80;QStartNoAckMode+');
    answers.push(
      () => null,
      () => `+${hello}`,
      () => `+${hello}+${framed('OK')}`,
    );
    const client = await GdbRemoteClient.connect(transport, signal);
    expect(client.window).toBeGreaterThan(1);
    client.close();
  });

  it('does not take zeros for memory where the server says them of what it cannot read', async () => {
    const client = await connected();
    client.confirmZeros = (address) =>
      address === 0 ? Promise.resolve() : Promise.reject(new Error('none'));
    says(`+${framed('0000')}`, `+${framed('0000')}`, `+${framed('0001')}`);
    expect([...(await client.read(0, 2))]).toEqual([0, 0]);
    await expect(client.read(2, 2)).rejects.toThrow('none');
    expect([...(await client.read(2, 2))]).toEqual([0, 1]);
    client.close();
  });

  it('sends a packet again only where it was refused', async () => {
    const client = await connected();
    says('-', `+${framed('OK')}`);
    await client.order('D');
    expect(heard.slice(1)).toEqual(['D', 'D']);
    says('-', '-', '-', '-');
    await expect(client.order('D')).rejects.toMatchObject({ code: 'bad-checksum', context: { packet: 'D' } });
    client.close();
  });

  it('takes an answer whose acknowledgement is missing, past text in between', async () => {
    const client = await connected();
    says(`${framed(`O${hexOf(textBytes('busy'))}`)}%log:x#00${framed('OK')}`);
    await client.flashDone();
    client.close();
  });

  it('hears a command of the monitor out: text, result, failure and what is not known', async () => {
    const client = await connected();
    const text = (words: string): string => hexOf(textBytes(words));
    says(`+${framed(`O${text('one ')}`)}${framed(`O${text('two')}`)}${framed('OK')}`);
    expect(await client.monitor('version')).toEqual({ text: 'one two', end: 'ok' });
    // OpenOCD 0.12 may say nothing in between, as in a `reset halt` that was recorded.
    says(`+${framed('O')}${framed(`O${text('halted')}`)}${framed('OK')}`);
    expect(await client.monitor('reset halt')).toEqual({ text: 'halted', end: 'ok' });
    says(`+${framed(text('Open On-Chip Debugger'))}`);
    expect(await client.monitor('version')).toEqual({ text: 'Open On-Chip Debugger', end: 'text' });
    says(`+${framed(`O${text('no')}`)}${framed('E01')}`);
    expect(await client.monitor('nonsense')).toEqual({ text: 'no', end: 'failed' });
    says(`+${framed('')}`);
    expect(await client.monitor('nonsense')).toEqual({ text: '', end: 'failed' });
    client.close();
  });

  it('asks ahead where nobody acknowledges, and gives each answer to its question', async () => {
    const client = await connected(';QStartNoAckMode+');
    expect(client.window).toBeGreaterThan(1);
    // Nothing is said before the last question is there.
    answers.push(
      () => null,
      () => null,
      () => `${framed('01')}${framed('02')}${framed('E01')}`,
    );
    const reads = [client.read(0, 1), client.read(1, 1), client.read(2, 1)];
    const outcomes = await Promise.allSettled(reads);
    expect(outcomes.map((one) => (one.status === 'fulfilled' ? [...one.value] : 'refused'))).toEqual([
      [1],
      [2],
      'refused',
    ]);
    client.close();
  });

  it('does not take less memory than it asked for, nor an unknown packet, for an answer', async () => {
    const client = await connected();
    says(`+${framed('0102')}`);
    await expect(client.read(0x20, 4)).rejects.toMatchObject({
      code: 'device-error',
      context: { packet: 'm' },
    });
    says(`+${framed('')}`);
    await expect(client.flashErase(0, 4)).rejects.toMatchObject({ code: 'unsupported' });
    says(`+${framed('')}`);
    expect(await client.crc(0, 4)).toBeNull();
    client.close();
  });

  it('fits writes into what the server takes, escapes and all', async () => {
    const client = await connected();
    says(`+${framed('OK')}`);
    const { taken, done } = client.flashWrite(0x8000000, new Uint8Array(200).fill(0x24));
    await done;
    expect(heard.at(-1)?.length).toBeLessThanOrEqual(0x80 - 4);
    expect(heard.at(-1)).toBe(`vFlashWrite:8000000:${'}\x04'.repeat(taken)}`);
    client.close();
  });

  it('tells those who wait that the server is gone', async () => {
    const client = await connected();
    answers.push(() => {
      socket.destroy();
      return null;
    });
    await expect(client.ask('?')).rejects.toMatchObject({ code: 'port-gone' });
    await expect(client.ask('?')).rejects.toMatchObject({ code: 'port-gone' });
  });
});
