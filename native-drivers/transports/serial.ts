import { SerialPort } from 'serialport';
import { DriverError } from '../core/errors.ts';
import type { Transport } from '../core/link.ts';
import { openError } from './open-error.ts';

/** A write that the system does not take within this time above its wire time is stuck in the adapter. */
const WRITE_TIMEOUT_MS = 5000;
const BITS_PER_BYTE = 10;

/** Modem lines of an open port, for control lines that share its adapter. */
export interface ModemLines {
  set(lines: { dtr: boolean; rts: boolean }): Promise<void>;
  get(): Promise<{ cts: boolean; dsr: boolean }>;
}

export interface SerialTransport extends Transport {
  /** Bytes that arrived with nobody listening. What the system held before the open, it discards uncounted. */
  readonly dropped: number;
  readonly modem: ModemLines;
  /** Ends the link as `port-gone`: whoever sees the device vanish first says so. */
  abandon(cause?: unknown): void;
}

/** Opens a port for this process alone, 8N1. Rejects with `port-missing` or `port-busy`. */
export async function openSerial(path: string, baudRate: number): Promise<SerialTransport> {
  const port = new SerialPort({ path, baudRate, lock: true, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => {
      if (error === null) resolve();
      else openError(path, error).then(reject, reject);
    });
  });
  return new NodeSerialTransport(port);
}

class NodeSerialTransport implements SerialTransport {
  readonly path: string;
  readonly modem: ModemLines;
  dropped = 0;
  private readonly port: SerialPort;
  private listener: ((bytes: Uint8Array) => void) | null = null;
  private readonly goneListeners = new Set<(error: Error) => void>();
  private gone: DriverError | null = null;
  private closing = false;

  constructor(port: SerialPort) {
    this.port = port;
    this.path = port.path;
    this.modem = modemOf(port);
    port.on('data', (bytes: Buffer) => {
      if (this.listener === null) this.dropped += bytes.length;
      else this.listener(bytes);
    });
    port.on('error', (error: Error) => this.abandon(error));
    port.on('close', (error: Error | null) => this.abandon(error));
  }

  get baudRate(): number {
    return this.port.baudRate;
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.gone !== null) return Promise.reject(this.gone);
    const limit = WRITE_TIMEOUT_MS + (bytes.length * BITS_PER_BYTE * 1000) / this.baudRate;
    return new Promise((resolve, reject) => {
      const removeGone = this.onGone((error) => settle(() => reject(error)));
      const timer = setTimeout(() => settle(() => reject(stuck(this.path, bytes.length))), limit);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        removeGone();
        act();
      };
      this.port.write(bytes, (error) => {
        if (error) settle(() => reject(this.abandon(error)));
        else settle(resolve);
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

  /** Waits until the last byte at the old rate is on the wire. Rejects with `unsupported` and keeps the old rate. */
  async setBaudRate(baudRate: number): Promise<void> {
    if (this.gone !== null) throw this.gone;
    const context = { path: this.path, baudRate };
    await settled((done) => this.port.drain(done));
    await settled((done) => this.port.update({ baudRate }, done)).catch((cause: unknown) => {
      throw new DriverError('unsupported', 'The adapter does not take this baud rate.', { context, cause });
    });
  }

  async close(): Promise<void> {
    if (this.closing || this.gone !== null) return;
    this.closing = true;
    await settled((done) => this.port.close(done));
  }

  abandon(cause?: unknown): DriverError {
    if (this.gone !== null) return this.gone;
    const gone = new DriverError('port-gone', 'The port is gone.', { context: { path: this.path }, cause });
    this.gone = gone;
    const listeners = this.closing ? [] : [...this.goneListeners];
    for (const listener of listeners) listener(gone);
    if (this.port.isOpen) this.port.close(() => undefined);
    return gone;
  }
}

function stuck(path: string, bytes: number): DriverError {
  return new DriverError('no-answer', 'The adapter does not take bytes.', { context: { path, bytes } });
}

function modemOf(port: SerialPort): ModemLines {
  return {
    set: (lines) => settled((done) => port.set(lines, done)),
    get: () =>
      new Promise((resolve, reject) => {
        port.get((error, lines) => {
          if (error !== null || lines === undefined) reject(error ?? new Error('no modem lines'));
          else resolve({ cts: lines.cts, dsr: lines.dsr });
        });
      }),
  };
}

function settled(act: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    act((error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
