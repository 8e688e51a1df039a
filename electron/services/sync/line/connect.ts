import { connect as connectTcp, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  checkServerIdentity,
  connect as connectTls,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { ChainError, verifyChain } from '../trust/chain.ts';
import { LineError } from './line-error.ts';
import { openTunnel, type Proxy } from './proxy.ts';

/** Extended key usage of a server (RFC 5280, 4.2.1.12). */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
/** A station's clock may be this far off and its line still works; the screen then says so. */
export const CLOCK_TOLERANCE_MS = 48 * 3600 * 1000;

export interface Connecting {
  hostname: string;
  port: number;
  proxy: Proxy | null;
  /** Made from the station's key and certificate; null: no client certificate (joining). */
  context: SecureContext | null;
  /** Judges who answered, before anything is said. Throws. */
  judge: (peer: Peer) => void;
  timeoutMs: number;
}

/** Who answered: certificates as they were presented, DER, the server's own first. */
export interface Peer {
  hostname: string;
  chain: readonly Buffer[];
  certificate: PeerCertificate;
}

/** One TLS 1.3 connection to the cloud. Rejects with LineError or the socket's own error. */
export async function connectLine(to: Connecting): Promise<TLSSocket> {
  const via = to.proxy === null ? null : await openTunnel(to.proxy, authority(to), to.timeoutMs);
  const socket = open(to, via);
  try {
    await handshake(socket, to.timeoutMs);
    to.judge({
      ...{ hostname: to.hostname, chain: presentedChain(socket), certificate: socket.getPeerCertificate() },
    });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

const authority = ({ hostname, port }: Connecting): string =>
  `${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`;

function open({ hostname, port, context }: Connecting, via: Duplex | null): TLSSocket {
  const socket = via ?? connectTcp({ host: hostname, port, noDelay: true, keepAlive: true });
  return connectTls({
    ...{ socket, minVersion: 'TLSv1.3', ALPNProtocols: ['h2', 'http/1.1'] },
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
    ...(context === null ? {} : { secureContext: context }),
    // Judged by `judge`, against the pinned root alone, with a clock that may be off.
    rejectUnauthorized: false,
  });
}

function handshake(socket: TLSSocket, timeoutMs: number): Promise<undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const timer = setTimeout(
    () => reject(new LineError('timeout', { details: { where: 'connect' } })),
    timeoutMs,
  );
  socket.once('secureConnect', () => resolve(undefined));
  socket.once('error', reject);
  socket.once('close', () => reject(new LineError('cut', { details: { where: 'handshake' } })));
  return promise.finally(() => clearTimeout(timer));
}

function presentedChain(socket: TLSSocket): Buffer[] {
  const chain: Buffer[] = [];
  const seen = new Set<string>();
  let at: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true);
  while (at?.raw !== undefined && at.fingerprint256 !== undefined && !seen.has(at.fingerprint256)) {
    seen.add(at.fingerprint256);
    chain.push(at.raw);
    at = at.issuerCertificate;
  }
  return chain;
}

/** The server's chain leads to `root`, is for servers, and for this host. Throws LineError `tls-untrusted`. */
export function checkPeer({ chain, certificate, hostname }: Peer, root: Uint8Array, at: Date): void {
  try {
    verifyChain(chain, { root, at, toleranceMs: CLOCK_TOLERANCE_MS, purpose: SERVER_AUTH });
  } catch (cause) {
    const fault = cause instanceof ChainError ? cause.fault : 'unreadable';
    throw new LineError('tls-untrusted', { details: { fault }, cause });
  }
  const cause = checkServerIdentity(hostname, certificate);
  if (cause !== undefined) throw new LineError('tls-untrusted', { details: { fault: 'other-host' }, cause });
}
