import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { RunningStation } from '#compose/running-station.ts';
import { createHostAccess, type HostAccess } from './access.ts';
import { assetPath, contentSecurityPolicy, indexPage, securityHeaders, sendAsset } from '#compose/pages.ts';
import { attachSockets } from './sockets.ts';

export interface WebHost {
  port: number;
  origin: string;
  /** A fresh link with a one-time token; the one before stops working. */
  freshLink(): string;
  close(): Promise<void>;
}

/** Serves the station's screen on loopback only. `port` 0 = any free one. */
export async function startWebHost(options: {
  station: RunningStation;
  rendererFolder: string;
  port: number;
}): Promise<WebHost> {
  const access = createHostAccess();
  const server = createServer();
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  server.on('request', (request, response) => {
    serve({ request, response, access, host, folder: options.rendererFolder }).catch(() => {
      // A request that cannot be served must not end the station.
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'The page could not be read. Start the station again.');
    });
  });
  const sockets = attachSockets({ server, access, host, station: options.station });
  return {
    port,
    origin: `http://${host}`,
    freshLink: () => `http://${host}/?token=${access.issueToken()}`,
    close: () => closeServer(server, sockets.close),
  };
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  access: HostAccess;
  host: string;
  folder: string;
}

async function serve(exchange: Exchange): Promise<void> {
  const { request, response, access, host } = exchange;
  const address = request.url ?? '/';
  if (!URL.canParse(address, `http://${host}`)) {
    refuse(response, 400, 'That is not an address.');
    return;
  }
  const url = new URL(address, `http://${host}`);
  const token = url.searchParams.get('token');
  // A page elsewhere can make a browser send requests here under another name (DNS rebinding): the name must be ours.
  if (request.headers.host !== host) refuse(response, 421, 'This is not the address of the station.');
  else if (request.method !== 'GET') refuse(response, 405, 'Only GET is served here.');
  else if (url.pathname === '/' && token !== null) redeem(exchange, token);
  else if (access.sessionOf(request) === null) refuse(response, 401, SIGN_IN_HINT);
  else if (url.pathname === '/') await sendIndex(exchange);
  else await sendFile(exchange, url.pathname);
}

async function sendFile({ response, folder }: Exchange, path: string): Promise<void> {
  const file = await assetPath(folder, path);
  if (file === null) refuse(response, 404, 'There is nothing at this address.');
  else sendAsset(response, file);
}

const SIGN_IN_HINT =
  'This window is not connected to the station. Press Enter in the terminal that runs it for a fresh link, and open that.';

function redeem({ response, access, request }: Exchange, token: string): void {
  const cookie = access.redeem(token);
  // A used link opened again in the same browser is no harm: its cookie already holds a session.
  if (cookie === null && access.sessionOf(request) === null) {
    refuse(
      response,
      401,
      'This link has been used or is not valid. Press Enter in the terminal for a fresh one.',
    );
    return;
  }
  // A page of ours moves on to the station: after a redirect that began elsewhere a browser would hold a Strict
  // cookie back.
  response.writeHead(200, {
    ...securityHeaders,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'",
    'Cache-Control': 'no-store',
    ...(cookie === null ? {} : { 'Set-Cookie': cookie }),
  });
  response.end('<!doctype html><title>Rootline</title><meta http-equiv="refresh" content="0;url=/">');
}

async function sendIndex({ response, folder, host }: Exchange): Promise<void> {
  const { html, nonce } = await indexPage(folder);
  response.writeHead(200, {
    ...securityHeaders,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': contentSecurityPolicy(nonce, `'self' ws://${host}`),
    'Cache-Control': 'no-store',
  });
  response.end(html);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    ...securityHeaders,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'",
    'Cache-Control': 'no-store',
  });
  response.end(`${text}\n`);
}

async function closeServer(server: Server, closeSockets: () => void): Promise<void> {
  closeSockets();
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
