import { createInflate } from 'node:zlib';

/** A deflate stream that comes in pieces. */
export class Inflater {
  private readonly stream = createInflate();
  private out: Buffer[] = [];
  private broken = false;
  private taken: () => void = () => undefined;

  constructor() {
    this.stream.on('data', (bytes: Buffer) => this.out.push(bytes));
    this.stream.on('error', () => {
      this.broken = true;
      this.taken();
    });
  }

  /** What this piece gives; null where it is no deflate. */
  async feed(bytes: Uint8Array): Promise<Uint8Array | null> {
    await new Promise<void>((resolve) => {
      this.taken = resolve;
      if (this.broken) resolve();
      else this.stream.write(bytes, () => resolve());
    });
    // What the last write gave is handed on in a later turn where the stream was not empty.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const given = Buffer.concat(this.out);
    this.out = [];
    return this.broken ? null : given;
  }

  close(): void {
    this.stream.destroy();
  }
}
