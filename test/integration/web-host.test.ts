import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { contract, MAX_MESSAGE_BYTES } from '#contract/contract.ts';
import { composeInNode } from '#compose/compose-in-node.ts';
import type { RunningStation } from '#compose/running-station.ts';
import { startWebHost, type WebHost } from '#web-host/web-host.ts';
import { buildRenderer } from '#scripts/build.ts';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}
interface Reply {
  id?: number;
  topic?: string;
  ok?: boolean;
  error?: { code: string };
  value?: unknown;
}

describe('the web host', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rootline-web-'));
  let station: RunningStation;
  let host: WebHost;

  beforeAll(async () => {
    const rendererFolder = await buildRenderer();
    station = await composeInNode({
      ...{ dataDir, demo: true, passphrase: null, notify: () => undefined },
      bench: { sites: 1, speed: 'max' },
    });
    host = await startWebHost({ station, rendererFolder, port: 0 });
  });
  afterAll(async () => {
    await host.close();
    await station.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(
        { host: '127.0.0.1', port: host.port, path, headers, method },
        (response) => {
          void text(response).then((body) =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          );
        },
      );
      request.on('error', reject).end();
    });
  const tokenPath = (): string => new URL(host.freshLink()).search.replace(/^/, '/');
  const cookieOf = ({ headers }: Answer): string => (headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
  const session = async (): Promise<string> => cookieOf(await get(tokenPath()));

  /** Opens a socket; resolves with its close or HTTP refusal code when it is turned away. */
  const open = (headers: Record<string, string>, path = '/ws'): Promise<WebSocket | number> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, { headers });
      socket.once('open', () => resolve(socket));
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.once('error', () => resolve(-1));
    });
  const connected = async (): Promise<WebSocket> => {
    const socket = await open({ Origin: host.origin, Cookie: await session() });
    if (!(socket instanceof WebSocket)) throw new Error(`refused with ${socket}`);
    return socket;
  };
  const ask = (socket: WebSocket, message: unknown): Promise<Reply> =>
    new Promise((resolve) => {
      const listen = (data: Buffer): void => {
        const reply = JSON.parse(data.toString()) as Reply;
        if (reply.topic !== undefined) return;
        socket.off('message', listen);
        resolve(reply);
      };
      socket.on('message', listen);
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    });

  it('listens on loopback and nowhere else', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === 'IPv4' && !address.internal);
    // A machine without a network has only loopback: another address of 127/8 must be refused there.
    const address = outside?.address ?? '127.0.0.2';
    const refused = await new Promise<string>((resolve) => {
      const socket = createConnection({ host: address, port: host.port });
      socket.once('connect', () => resolve('connected'));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    });
    expect(refused).toBe('ECONNREFUSED');
  });

  it('exchanges its token once, for an HttpOnly SameSite=Strict cookie', async () => {
    const path = tokenPath();
    const first = await get(path);
    expect(first.status).toBe(200);
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^rootline=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect((await get(path)).status).toBe(401);
  });

  it('lets a fresh link end the one before', async () => {
    const old = tokenPath();
    tokenPath();
    expect((await get(old)).status).toBe(401);
  });

  it('serves nothing without the cookie, and a strict policy with it', async () => {
    expect((await get('/')).status).toBe(401);
    expect((await get('/', { Cookie: 'rootline=made-up' })).status).toBe(401);
    const page = await get('/', { Cookie: await session() });
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[^']+';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(page.body).not.toContain('__CSP_NONCE__');
  });

  it('refuses another host name (DNS rebinding), other methods and paths outside', async () => {
    const cookie = await session();
    expect((await get('/', { Cookie: cookie, Host: 'evil.example' })).status).toBe(421);
    expect((await get('/', { Cookie: cookie }, 'POST')).status).toBe(405);
    for (const path of [
      '/../package.json',
      '/..%2f..%2fpackage.json',
      '/%2e%2e/%2e%2e/LICENSE',
      '/assets/%00',
      '/%',
    ]) {
      expect((await get(path, { Cookie: cookie })).status).toBe(404);
    }
  });

  it('survives an address that is none', async () => {
    expect((await get('//')).status).toBe(400);
    expect((await get('/', { Cookie: await session() })).status).toBe(200);
  });

  it('refuses sockets of another origin, without a cookie, on another path', async () => {
    const Cookie = await session();
    expect(await open({ Origin: 'http://evil.example', Cookie })).toBe(403);
    expect(await open({ Cookie })).toBe(403);
    expect(await open({ Origin: host.origin })).toBe(403);
    expect(await open({ Origin: host.origin, Cookie: 'rootline=made-up' })).toBe(403);
    expect(await open({ Origin: host.origin, Cookie }, '/other')).toBe(403);
  });

  it('answers a malformed message on every channel with a typed error', async () => {
    const socket = await connected();
    for (const [index, channel] of Object.keys(contract).entries()) {
      const reply = await ask(socket, { id: index, channel, request: { surprise: true } });
      expect(reply).toMatchObject({ id: index, ok: false });
      expect(['bad-message', 'not-signed-in']).toContain(reply.error?.code);
    }
    expect(await ask(socket, 'not json')).toMatchObject({ id: -1, error: { code: 'bad-message' } });
    expect(await ask(socket, { channel: 'station.get' })).toMatchObject({
      id: -1,
      error: { code: 'bad-message' },
    });
    expect(await ask(socket, { id: 1, channel: 'no.such', request: {} })).toMatchObject({
      error: { code: 'unknown-channel' },
    });
    expect(await ask(socket, { id: 2, channel: 'station.get', request: {} })).toMatchObject({ ok: true });
    socket.close();
  });

  it('ends a socket that sends an oversized message, and stays up for the next', async () => {
    const socket = await connected();
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.send(JSON.stringify({ id: 1, channel: 'station.get', request: 'x'.repeat(MAX_MESSAGE_BYTES) }));
    expect(await closed).toBe(1009);
    const next = await connected();
    expect(await ask(next, { id: 1, channel: 'station.get', request: {} })).toMatchObject({ ok: true });
    next.close();
  });

  it('signs in per browser: another browser stays signed out', async () => {
    const [one, other] = [await connected(), await connected()];
    const signIn = { id: 1, channel: 'session.signIn', request: { personId: '114', pin: '1140' } };
    expect(await ask(one, signIn)).toMatchObject({ ok: true });
    expect(await ask(one, { id: 2, channel: 'jobs.list', request: {} })).toMatchObject({ ok: true });
    expect(await ask(other, { id: 2, channel: 'jobs.list', request: {} })).toMatchObject({
      error: { code: 'not-signed-in' },
    });
    expect(await ask(one, { id: 3, channel: 'bench.selfTest', request: { site: 'A1' } })).toMatchObject({
      error: { code: 'not-allowed' },
    });
    one.close();
    other.close();
  });
});
