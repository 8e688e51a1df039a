import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TlsClient } from './client.ts';
import { makeOffer, type Wishes } from './client-hello.ts';
import type { HandshakeSettings } from './handshake.ts';
import { TlsError } from './tls-error.ts';

export interface TlsStreamOptions extends Wishes, Omit<HandshakeSettings, 'offer'> {
  /** Longest time from here to a finished handshake, ms. Default 30,000. */
  handshakeTimeoutMs?: number;
  /** For tests: see TlsClientSettings. */
  recordsPerKey?: number;
}

const HANDSHAKE_TIMEOUT_MS = 30_000;
type Done = (error?: Error | null) => void;

/**
 * A TLS connection over a socket, connected or connecting. Emits `secureConnect`; is destroyed with a TlsError. Written
 * bytes wait for the handshake; reading slowly stops the socket. Ends its own side when the server ends.
 */
export class TlsStream extends Duplex {
  readonly #socket: Socket;
  readonly #client: TlsClient;
  readonly #timer: NodeJS.Timeout;
  #waiting: (() => void) | null = null;

  constructor(socket: Socket, options: TlsStreamOptions) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    const timeout = new TlsError('handshake-timeout', 'The server did not finish the handshake in time.');
    const milliseconds = options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS;
    this.#timer = setTimeout(() => this.#client.abort(timeout), milliseconds);
    const { identity, authenticate, recordsPerKey } = options;
    const settings = { identity, authenticate, offer: makeOffer(options) };
    this.#client = new TlsClient(recordsPerKey === undefined ? settings : { ...settings, recordsPerKey }, {
      send: (bytes) => this.#send(bytes),
      secure: () => this.#secure(),
      data: (bytes) => this.#data(bytes),
      ended: () => this.push(null),
      failed: (error) => this.destroy(error),
    });
    this.#listen(socket);
  }

  get applicationProtocol(): string | null {
    return this.#client.applicationProtocol;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#whenSecure(() => {
      this.#client.write(chunk);
      this.#drained(done);
    });
  }

  override _final(done: Done): void {
    this.#whenSecure(() => {
      this.#client.close();
      this.#socket.end();
      done();
    });
  }

  override _destroy(error: Error | null, done: Done): void {
    clearTimeout(this.#timer);
    // After what is written already: an alert, or close_notify.
    this.#socket.destroySoon();
    done(error);
  }

  #listen(socket: Socket): void {
    if (socket.connecting) socket.once('connect', () => this.#client.start());
    else this.#client.start();
    socket.on('data', (bytes: Buffer) => this.#client.receive(bytes));
    socket.on('end', () => this.#client.endOfInput());
    socket.on('error', (cause) =>
      this.destroy(new TlsError('socket', `The line failed: ${cause.message}`, { cause })),
    );
    socket.on('close', () => this.#client.endOfInput());
  }

  #secure(): void {
    clearTimeout(this.#timer);
    this.emit('secureConnect');
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.();
  }

  /**
   * What is said at one time goes out as one: written piece by piece, the last pieces may meet a server that has refused
   * the first, and the broken line would hide its alert.
   */
  #send(bytes: Uint8Array): void {
    const socket = this.#socket;
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(bytes);
  }

  #data(bytes: Uint8Array): void {
    if (!this.push(bytes)) this.#socket.pause();
  }

  #whenSecure(act: () => void): void {
    if (this.#client.isSecure) act();
    else this.#waiting = act;
  }

  #drained(done: Done): void {
    if (this.#socket.writableNeedDrain) this.#socket.once('drain', () => done());
    else done();
  }
}
