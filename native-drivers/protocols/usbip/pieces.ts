/** Yields how many bytes it wants next and is given exactly those; a message ends where the next one begins. */
export type Wanting = Generator<number, void, Buffer>;

/** Cuts a stream into what a reader wants, however the stream arrives. */
export class Pieces {
  private readonly reader: Wanting;
  private readonly held: Buffer[] = [];
  private bytes = 0;
  private wants: number;
  private ended: boolean;

  constructor(reader: Wanting) {
    this.reader = reader;
    const first = reader.next();
    this.ended = first.done === true;
    this.wants = first.done === true ? 0 : first.value;
  }

  /** Bytes after the reader's end are dropped. What the reader throws comes out here, and the stream is at its end. */
  push(chunk: Uint8Array): void {
    if (this.ended) return;
    this.held.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    this.bytes += chunk.length;
    while (this.bytes >= this.wants && this.step(this.take()));
  }

  /** False at the reader's end. */
  private step(piece: Buffer): boolean {
    try {
      const next = this.reader.next(piece);
      this.ended = next.done === true;
      this.wants = next.done === true ? 0 : next.value;
      return !this.ended;
    } catch (error) {
      this.ended = true;
      throw error;
    }
  }

  private take(): Buffer {
    const all = this.held.length === 1 ? (this.held[0] ?? Buffer.alloc(0)) : Buffer.concat(this.held);
    const piece = all.subarray(0, this.wants);
    this.bytes = all.length - piece.length;
    this.held.splice(0, this.held.length, ...(this.bytes === 0 ? [] : [all.subarray(piece.length)]));
    return piece;
  }
}
