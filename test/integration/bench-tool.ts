import { constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { writeSync, closeSync } from 'node:fs';

/**
 * A tool of the kind that opens a port as a file and knows nothing of our code: plain descriptor, blocking order of
 * send and read. Frames are put together here once more, by hand.
 */
export class BenchTool {
  private readonly fd: number;
  private readonly stream: ReadStream;
  private buffered = Buffer.alloc(0);
  private wake: () => void = () => undefined;
  private ended = false;

  constructor(path: string) {
    this.fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    this.stream = new ReadStream(
      openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK),
    );
    this.stream.on('data', (bytes: Buffer) => {
      this.buffered = Buffer.concat([this.buffered, bytes]);
      this.wake();
    });
    const end = () => {
      this.ended = true;
      this.wake();
    };
    this.stream.on('error', end);
    this.stream.on('close', end);
  }

  send(...bytes: number[]): void {
    writeSync(this.fd, Uint8Array.from(bytes));
  }

  /** Just that many bytes, however long they take. */
  async read(count: number): Promise<Buffer> {
    while (this.buffered.length < count) {
      if (this.ended) throw new Error('the port hung up');
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    const bytes = this.buffered.subarray(0, count);
    this.buffered = this.buffered.subarray(count);
    return bytes;
  }

  /** Resolves when the port is gone. */
  async hangUp(): Promise<void> {
    while (!this.ended) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  /** A frame by its own length field. */
  async frame(): Promise<{ code: number; payload: Buffer }> {
    const head = await this.read(4);
    const rest = await this.read(head.readUInt16BE(1) + 1);
    return { code: head[3] ?? -1, payload: rest.subarray(0, -2) };
  }

  command(code: number, ...payload: number[]): void {
    this.send(...framed(0x01, code, payload));
  }

  data(code: number, payload: Iterable<number>): void {
    this.send(...framed(0x81, code, [...payload]));
  }

  async ask(code: number, ...payload: number[]): Promise<Buffer> {
    this.command(code, ...payload);
    const answer = await this.frame();
    if (answer.code !== code) throw new Error(`refused: ${answer.payload.toString('hex')}`);
    return answer.payload;
  }

  close(): void {
    this.stream.destroy();
    closeSync(this.fd);
  }
}

function framed(start: number, code: number, payload: number[]): number[] {
  const length = payload.length + 1;
  const body = [length >> 8, length & 0xff, code, ...payload];
  const sum = -body.reduce((total, byte) => total + byte, 0) & 0xff;
  return [start, ...body, sum, 0x03];
}

/** Four bytes, big-endian. */
export function word(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}
