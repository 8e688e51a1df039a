import { openSerial, type SerialTransport } from '#drivers/transports/serial.ts';
import type { BenchControl } from '#drivers/virtual/control-client.ts';

/**
 * A Web Serial port over a pseudo-terminal: which has no DTR and RTS, so that these go to the bench. RTS holds the chip
 * in reset, DTR pulls its boot pin low, as a fixture with a transistor for each does.
 */
export class PortOnBench {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  private readonly path: string;
  private readonly hands: BenchControl;
  private transport: SerialTransport | null = null;
  private inReset = false;

  constructor(path: string, hands: BenchControl) {
    this.path = path;
    this.hands = hands;
  }

  async open({ baudRate }: { baudRate: number }): Promise<void> {
    const transport = await openSerial(this.path, baudRate);
    this.transport = transport;
    this.readable = new ReadableStream({
      start: (stream) => void transport.onData((bytes) => stream.enqueue(bytes)),
    });
    this.writable = new WritableStream({ write: (bytes: Uint8Array) => transport.write(bytes) });
  }

  async close(): Promise<void> {
    await this.transport?.close();
    this.readable = null;
    this.writable = null;
  }

  getInfo(): object {
    return {};
  }

  async setSignals(lines: { dataTerminalReady?: boolean; requestToSend?: boolean }): Promise<void> {
    const { dataTerminalReady, requestToSend } = lines;
    if (dataTerminalReady !== undefined) await this.hands.setMode(dataTerminalReady ? 'boot' : 'run');
    if (requestToSend === undefined) return;
    if (this.inReset && !requestToSend) await this.hands.reset();
    this.inReset = requestToSend;
  }
}
