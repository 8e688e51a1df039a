import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { WireEntry } from '#drivers/core/host-api.ts';
import { loadTarget } from '#drivers/targets/registry.ts';
import { Site } from './site.ts';

let server: Server;
let peer: Socket;
let site: Site;
let entries: WireEntry[];
beforeEach(async () => {
  entries = [];
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const images = { get: () => expect.fail('no image is used') };
  const spec = { path: `tcp://127.0.0.1:${port}`, control: { kind: 'operator' as const } };
  const driver = await loadTarget('stm32f0-swd');
  site = await Site.open('A1', spec, { driver, images }, (event) => {
    if (event.type === 'bytes') entries.push(...event.entries);
  });
  [peer] = await connected;
});
afterEach(async () => {
  const closed = once(server, 'close');
  server.close();
  peer.destroy();
  await closed;
  await site.close();
});

const shown = () => vi.waitFor(() => expect(entries).not.toEqual([]), { timeout: 5000 });

it('bytes that arrive while no operation listens are shown, and marked', async () => {
  site.watchBytes(true);
  peer.write('boot');
  await shown();
  expect(entries).toMatchObject([
    {
      ...{ direction: 'received', title: '4 B', detail: 'nobody listened', fault: false, redacted: false },
      hex: Buffer.from('boot').toString('hex'),
    },
  ]);
});

it('the operation after them hears its own alone', async () => {
  site.watchBytes(true);
  peer.write('boot');
  await shown();
  entries.length = 0;
  peer.once('data', () => peer.end('$E01#a6'));
  const context = { signal: new AbortController().signal, progress: () => undefined };
  await site.run('identify', { target: 'stm32f0-swd' }, context).catch(() => undefined);
  site.watchBytes(false);
  const received = entries.filter(({ direction }) => direction === 'received');
  expect(received.map(({ title, detail }) => [title, detail])).toEqual([['E01', '3 B']]);
});
