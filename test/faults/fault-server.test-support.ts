import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { serverTls } from '#cloud/server/listeners.ts';
import type { TestCloud } from './sync.test-support.ts';

export interface FaultAnswer {
  status: number;
  headers?: Record<string, string>;
  body: unknown;
}

/** What a call gets, by its path without query; `body` is null where it is no JSON. */
export type Script = (path: string, body: Record<string, unknown> | null) => FaultAnswer;

export interface FaultServer {
  port: number;
  calls: string[];
  close(): Promise<void>;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  server: FaultServer,
  script: Script,
) {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const path = (request.url ?? '').split('?')[0] ?? '';
  server.calls.push(path);
  const json = request.headers['content-type'] === 'application/json';
  const body = json ? (JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>) : null;
  const { status, headers, body: said } = script(path, body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(said));
}

/** Stands where the cloud stands, under a certificate of its authority (or the given one), and answers as it is told. */
export async function startFaultServer(
  { cloud }: TestCloud,
  script: Script,
  tls?: { cert: string; key: string },
): Promise<FaultServer> {
  const { context, tenant } = cloud;
  const own =
    tls ?? (await serverTls(await context.authorities.of(tenant.id), context.config, context.now()));
  const listener: Server = createServer(
    { ...own, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.3' },
    (request, response) => void answer(request, response, server, script).catch(() => response.destroy()),
  );
  const server: FaultServer = {
    ...{ port: 0, calls: [] },
    close: async () => {
      listener.closeAllConnections();
      listener.close();
      await once(listener, 'close');
    },
  };
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  server.port = (listener.address() as AddressInfo).port;
  return server;
}
