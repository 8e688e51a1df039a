import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isTcp, openTcp } from './tcp.ts';

let server: Server;
let peers: Socket[];
beforeEach(async () => {
  peers = [];
  server = createServer((socket) => peers.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const peer of peers) peer.destroy();
  server.close();
  await once(server, 'close');
});

const path = () => `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** An open transport and the other end of it. */
async function open() {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const transport = await openTcp(path(), 9600);
  const [peer] = await accepted;
  return { transport, peer };
}

describe('a link over TCP', () => {
  it('carries bytes both ways', async () => {
    const { transport, peer } = await open();
    const heard = once(peer, 'data') as Promise<[Buffer]>;
    await transport.write(Uint8Array.of(0, 1, 255));
    expect([...(await heard)[0]]).toEqual([0, 1, 255]);
    const said = new Promise<Uint8Array>((resolve) => transport.onData(resolve));
    peer.write(Uint8Array.of(7, 0, 10));
    expect([...(await said)]).toEqual([7, 0, 10]);
    await transport.close();
  });

  it('is gone once when the other end closes, and refuses writes from then on', async () => {
    const { transport, peer } = await open();
    const gone = new Promise<Error>((resolve) => transport.onGone(resolve));
    peer.end();
    expect(await gone).toMatchObject({ code: 'port-gone' });
    await expect(transport.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'port-gone' });
  });

  it('closes without a word to those who wait for its end', async () => {
    const { transport, peer } = await open();
    let told = false;
    transport.onGone(() => (told = true));
    peer.resume();
    const ended = once(peer, 'close');
    await transport.close();
    await ended;
    expect(told).toBe(false);
  });

  it('has no modem lines', async () => {
    const { transport } = await open();
    await expect(transport.modem.get()).rejects.toMatchObject({ code: 'unsupported' });
    await transport.close();
  });

  it('says port-missing where nothing listens', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    other.close();
    await once(other, 'close');
    await expect(openTcp(`tcp://127.0.0.1:${port}`, 9600)).rejects.toMatchObject({ code: 'port-missing' });
  });

  it.each(['tcp://', 'tcp://host', 'tcp://host:0', 'tcp://host:1/x', 'tcp://a@host:1', 'tcp://host:99999'])(
    'refuses %s',
    async (bad) => {
      expect(isTcp(bad)).toBe(true);
      await expect(openTcp(bad, 9600)).rejects.toMatchObject({ code: 'bad-argument' });
    },
  );
});
