import { connect, type Socket } from 'node:net';
import { DriverError } from '../core/errors.ts';
import type { ModemLines, SerialTransport } from './serial.ts';

const SCHEME = 'tcp:';
/** A server on this machine or in this room answers at once; further away nobody debugs. */
const CONNECT_MS = 5000;
/** A write that the other end does not take within this time is stuck. */
const WRITE_MS = 10_000;

/** True for a link's path that is a TCP address: `tcp://host:port`. */
export const isTcp = (path: string): boolean => path.startsWith(`${SCHEME}//`);

/** A socket has no rate and no modem lines: it keeps the rate that it is told and refuses the lines as `unsupported`. */
export type TcpTransport = SerialTransport;

/**
 * Connects to `tcp://host:port`. Rejects with `bad-argument` for another path, `port-missing` where nothing listens, and
 * `no-answer` where nobody says even that.
 */
export async function openTcp(path: string, baudRate: number): Promise<TcpTransport> {
  const { host, port } = addressOf(path);
  const socket = connect({ host, port, noDelay: true });
  await connected(socket, path);
  return new SocketTransport(socket, path, baudRate);
}

function addressOf(path: string): { host: string; port: number } {
  const url = URL.canParse(path) ? new URL(path) : null;
  const port = Number(url?.port);
  // A path, a user or a question would be ignored without a word.
  const plain =
    url !== null && [url.pathname, url.search, url.hash, url.username].every((part) => part === '');
  if (!plain || url.protocol !== SCHEME || url.hostname === '' || !(port > 0))
    throw new DriverError('bad-argument', 'Not an address of the form tcp://host:port.', {
      ...{ chip: 'untouched', context: { path } },
    });
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port };
}

function connected(socket: Socket, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (code: 'port-missing' | 'no-answer', text: string, cause?: Error) => {
      socket.destroy();
      reject(new DriverError(code, text, { chip: 'untouched', context: { path }, cause }));
    };
    const timer = setTimeout(() => fail('no-answer', 'The server does not answer.'), CONNECT_MS);
    const missing = (cause: Error) => {
      clearTimeout(timer);
      fail('port-missing', 'Nothing listens there.', cause);
    };
    socket.once('error', missing);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', missing);
      resolve();
    });
  });
}

class SocketTransport implements SerialTransport {
  readonly path: string;
  readonly modem: ModemLines;
  baudRate: number;
  dropped = 0;
  private readonly socket: Socket;
  private listener: ((bytes: Uint8Array) => void) | null = null;
  private readonly goneListeners = new Set<(error: Error) => void>();
  private gone: DriverError | null = null;
  private closing = false;

  constructor(socket: Socket, path: string, baudRate: number) {
    this.socket = socket;
    this.path = path;
    this.baudRate = baudRate;
    const none = () => Promise.reject(noLines(path));
    this.modem = { set: none, get: none };
    socket.on('data', (bytes: Buffer) => this.deliver(bytes));
    socket.on('error', (error) => this.abandon(error));
    socket.on('close', () => this.abandon());
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.gone !== null) return reject(this.gone);
      const timer = setTimeout(() => {
        const context = { path: this.path, bytes: bytes.length };
        reject(new DriverError('no-answer', 'The server does not take bytes.', { context }));
      }, WRITE_MS);
      this.socket.write(bytes, (error) => {
        clearTimeout(timer);
        if (error === undefined || error === null) resolve();
        else reject(this.abandon(error));
      });
    });
  }

  onData(listener: (bytes: Uint8Array) => void): () => void {
    this.listener = listener;
    return () => {
      if (this.listener === listener) this.listener = null;
    };
  }

  onGone(listener: (error: Error) => void): () => void {
    this.goneListeners.add(listener);
    return () => void this.goneListeners.delete(listener);
  }

  setBaudRate(baudRate: number): Promise<void> {
    if (this.gone !== null) return Promise.reject(this.gone);
    this.baudRate = baudRate;
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (this.closing || this.gone !== null) return Promise.resolve();
    this.closing = true;
    return new Promise((resolve) => {
      this.socket.once('close', () => resolve());
      this.socket.end(() => this.socket.destroy());
    });
  }

  abandon(cause?: unknown): DriverError {
    if (this.gone !== null) return this.gone;
    const gone = new DriverError('port-gone', 'The connection is gone.', {
      ...{ context: { path: this.path }, cause },
    });
    this.gone = gone;
    this.socket.destroy();
    if (!this.closing) for (const listener of [...this.goneListeners]) listener(gone);
    return gone;
  }

  private deliver(bytes: Uint8Array): void {
    if (this.listener === null) this.dropped += bytes.length;
    else this.listener(bytes);
  }
}

const noLines = (path: string): DriverError =>
  new DriverError('unsupported', 'A TCP connection has no modem lines.', {
    ...{ chip: 'untouched', context: { path } },
  });
