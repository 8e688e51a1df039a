import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { LineError } from './line-error.ts';

/** A proxy with what it wants to hear; `authorization` comes from the vault. */
export interface Proxy {
  host: string;
  port: number;
  authorization: string | null;
}

/** A tunnel through the proxy (CONNECT, RFC 9110, 9.3.6): TLS runs inside, the proxy sees a host name and nothing more. */
export function openTunnel(proxy: Proxy, target: string, timeoutMs: number): Promise<Duplex> {
  const { host, port, authorization } = proxy;
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const ask = request({
    ...{ host, port, method: 'CONNECT', path: target, agent: false, timeout: timeoutMs },
    headers: { host: target, ...(authorization === null ? {} : { 'proxy-authorization': authorization }) },
  });
  ask.once('connect', (answer, socket) => {
    if (answer.statusCode === 200) return resolve(socket);
    socket.destroy();
    reject(refused(answer.statusCode ?? 0));
  });
  // A proxy that answers with a page instead of a tunnel.
  ask.once('response', (answer) => {
    answer.destroy();
    reject(refused(answer.statusCode ?? 0));
  });
  ask.once('timeout', () => ask.destroy(new LineError('timeout', { details: { where: 'proxy' } })));
  ask.once('error', (cause) =>
    reject(cause instanceof LineError ? cause : new LineError('proxy-refused', { cause })),
  );
  ask.end();
  return promise;
}

const refused = (status: number) => new LineError('proxy-refused', { details: { status } });
