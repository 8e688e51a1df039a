import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HostEvent } from '#drivers/core/host-api.ts';
import { loadTarget } from '#drivers/targets/registry.ts';
import { Site } from './site.ts';

/** Longer than a site waits before it looks again. */
const A_WHILE_MS = 5000;

let server: Server;
let sockets: Socket[];
let site: Site;
let events: HostEvent['type'][];
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  sockets = [];
  events = [];
  await listen(0);
  const images = { get: () => expect.fail('no image is used') };
  const spec = { path: `tcp://127.0.0.1:${port()}`, control: { kind: 'operator' as const } };
  const driver = await loadTarget('stm32f0-swd');
  site = await Site.open('A1', spec, { driver, images }, ({ type }) => events.push(type));
  await connected(1);
});
afterEach(async () => {
  await hangUp();
  await site.close();
  vi.useRealTimers();
});

const port = (): number => (server.address() as AddressInfo).port;
const connected = (count: number): Promise<void> =>
  vi.waitFor(() => expect(sockets.length).toBe(count), { timeout: 5000 });

async function listen(at: number): Promise<void> {
  server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  server.listen(at, '127.0.0.1');
  await once(server, 'listening');
}

async function hangUp(): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}

describe('a site on a server that goes away and comes back', () => {
  it('connects once: what waits to look again finds that an operation was first', async () => {
    const at = port();
    await hangUp();
    await vi.waitFor(() => expect(events).toContain('port-gone'), { timeout: 5000 });
    // It looked again and found nothing: from now on a timer waits.
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1), { timeout: 5000 });
    await listen(at);
    const context = { signal: new AbortController().signal, progress: () => undefined };
    const refused = expect(site.run('identify', { target: 'stm32f0-swd' }, context)).rejects.toMatchObject({
      chip: 'untouched',
    });
    await connected(2);
    await vi.waitFor(() => expect(events).toContain('port-back'), { timeout: 5000 });
    vi.advanceTimersByTime(A_WHILE_MS);
    await turn();
    // Connections are taken in turn: after this one, none that was asked for before it is still to come.
    const last = connect(at, '127.0.0.1');
    await once(last, 'connect');
    await connected(3);
    last.destroy();
    expect(events.filter((type) => type === 'port-back')).toHaveLength(1);
    await hangUp();
    await refused;
  });
});
