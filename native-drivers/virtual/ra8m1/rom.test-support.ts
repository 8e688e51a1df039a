import { Chip } from '../chip/chip.ts';
import { FaultSet } from '../faults.ts';
import { IdealClock } from '../wire/ideal-clock.ts';
import { encodeAnswer } from '../ra-rom/frame.ts';
import { Part } from './part.ts';
import type { FirmwareFactory } from '../chip/firmware.ts';

export interface Answer {
  code: number;
  payload: Uint8Array;
}

/** A part in a socket, talked to without a terminal in between: answers are there when the call returns. */
export class RomBench {
  readonly faults = new FaultSet();
  readonly ideal = new IdealClock();
  readonly part: Part;
  readonly chip: Chip;
  /** How often what was said and not yet read was thrown away. */
  discards = 0;
  private out: number[] = [];

  constructor(options: { part?: Part; acceptForeignKeys?: boolean; firmware?: FirmwareFactory } = {}) {
    this.part = options.part ?? new Part();
    this.chip = new Chip({
      clock: null,
      ideal: this.ideal,
      faults: this.faults,
      firmware: options.firmware ?? null,
      acceptForeignKeys: options.acceptForeignKeys ?? true,
      transmit: (bytes) => this.out.push(...bytes),
      discard: () => {
        this.discards += 1;
      },
      onRunning: () => undefined,
      lineRate: () => 9600,
      usbChanged: () => undefined,
    });
    this.chip.insert(this.part);
  }

  /** Raw bytes in, raw bytes out. */
  async raw(...bytes: number[]): Promise<number[]> {
    this.chip.receive(Uint8Array.from(bytes));
    await settled();
    return this.out.splice(0);
  }

  async handshake(): Promise<this> {
    await this.raw(0, 0, 0);
    await this.raw(0x55);
    return this;
  }

  ask(code: number, payload: Uint8Array | number[] = []): Promise<Answer> {
    return this.exchange(0x01, code, payload);
  }

  give(code: number, payload: Uint8Array | number[]): Promise<Answer> {
    return this.exchange(0x81, code, payload);
  }

  private async exchange(start: number, code: number, payload: Uint8Array | number[]): Promise<Answer> {
    const frame = encodeAnswer(code, Uint8Array.from(payload));
    frame[0] = start;
    const answer = Uint8Array.from(await this.raw(...frame));
    const length = ((answer[1] ?? 0) << 8) | (answer[2] ?? 0);
    return { code: answer[3] ?? -1, payload: answer.subarray(4, 3 + length) };
  }
}

/** Two big-endian addresses. */
export function range(start: number, end: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(start);
  bytes.writeUInt32BE(end, 4);
  return bytes;
}

/** Nothing takes time here, but commands are asynchronous: their microtasks are over after this. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
