import { readSync, writeSync } from 'node:fs';
import { SerialPort } from 'serialport';
import { DriverError } from '../core/errors.ts';
import type { Transport } from '../core/link.ts';
import { openError } from './open-error.ts';

/** A write that the system does not take within this time above its wire time is stuck in the adapter. */
const WRITE_TIMEOUT_MS = 5000;
const BITS_PER_BYTE = 10;
/**
 * An adapter that gathers bytes hands on an answer at once: an FTDI waits 16 ms for more of it otherwise, at each
 * turn-around (Linux, drivers/usb/serial/ftdi_sio.c, latency_timer). Linux alone lets a program ask for it.
 */
const AT_ONCE = process.platform === 'linux' ? { lowLatency: true } : null;
const READ_BYTES = 4096;

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

type Port = Awaited<ReturnType<typeof SerialPort.binding.open>>;
/** On POSIX the binding shows its non-blocking descriptor and the poller that watches it. */
type PolledPort = Extract<Port, { poller: unknown }>;

/**
 * Opens a port for this process alone, eight data bits, one stop bit. A pseudo-terminal takes a parity and has none.
 * Rejects with `port-missing` or `port-busy`.
 */
export async function openSerial(
  path: string,
  baudRate: number,
  parity: 'none' | 'even' = 'none',
): Promise<SerialTransport> {
  const options = { path, baudRate, lock: true, dataBits: 8, stopBits: 1, parity } as const;
  const port = await SerialPort.binding.open(options).catch(async (error: unknown) => {
    throw await openError(path, error);
  });
  // The system has raised both lines at the open. What has no such setting refuses, and works as it does.
  if (AT_ONCE !== null) await port.set({ dtr: true, rts: true, ...AT_ONCE }).catch(() => undefined);
  return new PortTransport(port, path, baudRate);
}

/**
 * Works on the library's binding below its stream: on POSIX a frame is then one system call each way, in the event
 * that announced it, instead of three trips through the thread pool. That is most of a turn-around, and of the CPU.
 */
class PortTransport implements SerialTransport {
  readonly path: string;
  readonly modem: ModemLines;
  baudRate: number;
  dropped = 0;
  private readonly port: Port;
  private readonly buffer = Buffer.alloc(READ_BYTES);
  private listener: ((bytes: Uint8Array) => void) | null = null;
  private readonly goneListeners = new Set<(error: Error) => void>();
  private gone: DriverError | null = null;
  private closing = false;
  private writing: Promise<void> | null = null;

  constructor(port: Port, path: string, baudRate: number) {
    this.port = port;
    this.path = path;
    this.baudRate = baudRate;
    this.modem = {
      set: (lines) => port.set({ ...lines, ...AT_ONCE }),
      get: () => port.get(),
    };
    if (isPolled(port)) this.poll(port);
    else void this.readOn();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.gone !== null) throw this.gone;
    const taken = this.writing === null ? this.writeNow(bytes) : 0;
    if (taken < bytes.length) await this.writeRest(bytes.subarray(taken));
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
    try {
      await this.port.drain();
      await this.port.update({ baudRate });
      this.baudRate = baudRate;
    } catch (cause) {
      const gone = this.ended();
      const context = { path: this.path, baudRate };
      throw (
        gone ?? new DriverError('unsupported', 'The adapter does not take this rate.', { context, cause })
      );
    }
  }

  /** A call, so that the compiler does not take an old answer for the present one. */
  private ended(): DriverError | null {
    return this.gone;
  }

  async close(): Promise<void> {
    if (this.closing || this.gone !== null) return;
    this.closing = true;
    await this.port.close();
  }

  abandon(cause?: unknown): DriverError {
    if (this.gone !== null) return this.gone;
    const gone = new DriverError('port-gone', 'The port is gone.', { context: { path: this.path }, cause });
    this.gone = gone;
    if (this.closing) return gone;
    for (const listener of [...this.goneListeners]) listener(gone);
    // What is left of the port cannot fail in a way that matters any more.
    if (this.port.isOpen) this.port.close().catch(() => undefined);
    return gone;
  }

  private poll(port: PolledPort): void {
    const readable = (error: Error | null) => {
      if (this.closing || this.gone !== null) return;
      if (error !== null) this.abandon(error);
      else this.readNow(port.fd);
      if (this.ended() === null) port.poller.once('readable', readable);
    };
    port.poller.once('readable', readable);
  }

  private readNow(fd: number | null): void {
    try {
      const count = fd === null ? 0 : readSync(fd, this.buffer);
      // A terminal that hung up reads as ended.
      if (count === 0) this.abandon();
      else this.deliver(Buffer.from(this.buffer.subarray(0, count)));
    } catch (error) {
      if (!isRetry(error)) this.abandon(error);
    }
  }

  private async readOn(): Promise<void> {
    try {
      while (!this.closing && this.gone === null) {
        const { bytesRead } = await this.port.read(this.buffer, 0, READ_BYTES);
        this.deliver(Buffer.from(this.buffer.subarray(0, bytesRead)));
      }
    } catch (error) {
      if (!this.closing) this.abandon(error);
    }
  }

  private deliver(bytes: Uint8Array): void {
    if (this.listener === null) this.dropped += bytes.length;
    else this.listener(bytes);
  }

  /** Returns how many bytes the system took at once. */
  private writeNow(bytes: Uint8Array): number {
    if (!isPolled(this.port) || this.port.fd === null) return 0;
    try {
      return writeSync(this.port.fd, bytes);
    } catch (error) {
      if (isRetry(error)) return 0;
      throw this.abandon(error);
    }
  }

  private async writeRest(bytes: Uint8Array): Promise<void> {
    const before = this.writing ?? Promise.resolve();
    const turn = before.then(() => this.bounded(bytes));
    this.writing = turn;
    try {
      await turn;
    } finally {
      if (this.writing === turn) this.writing = null;
    }
  }

  private bounded(bytes: Uint8Array): Promise<void> {
    const limit = WRITE_TIMEOUT_MS + (bytes.length * BITS_PER_BYTE * 1000) / this.baudRate;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(stuck(this.path, bytes.length))), limit);
      const removeGone = this.onGone((error) => settle(() => reject(error)));
      const settle = (act: () => void) => {
        clearTimeout(timer);
        removeGone();
        act();
      };
      this.port.write(Buffer.from(bytes)).then(
        () => settle(resolve),
        (error: unknown) => settle(() => reject(this.abandon(error))),
      );
    });
  }
}

function isPolled(port: Port): port is PolledPort {
  return 'poller' in port;
}

/** The descriptor has nothing to give or no room right now. */
function isRetry(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'EINTR';
}

function stuck(path: string, bytes: number): DriverError {
  return new DriverError('no-answer', 'The adapter does not take bytes.', { context: { path, bytes } });
}
