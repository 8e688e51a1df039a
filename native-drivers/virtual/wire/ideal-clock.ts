import type { BenchClock } from '../control/messages.ts';

/** 8N1: start bit, eight data bits, stop bit. */
export const BITS_8N1 = 10;

/** Wire time of that many bytes, in nanoseconds. `bits`: per byte, with start, parity and stop. */
export function wireNs(bytes: number, baudRate: number, bits = BITS_8N1): number {
  return (bytes * bits * 1e9) / baudRate;
}

/**
 * Adds up what the wire, the flash and the part itself need, whether or not the bench paces. A driver is measured against it:
 * its time divided by this one.
 */
export class IdealClock {
  private wire = 0;
  private flash = 0;
  private busy = 0;
  private inbound = 0;
  private outbound = 0;
  private behind = 0;

  countWire(direction: 'in' | 'out', bytes: number, baudRate: number, bits = BITS_8N1): void {
    this.wire += wireNs(bytes, baudRate, bits);
    if (direction === 'in') this.inbound += bytes;
    else this.outbound += bytes;
  }

  countFlash(nanoseconds: number): void {
    this.flash += nanoseconds;
  }

  /** What a part takes for itself without changing anything: its start-up, a line that it reads. */
  countBusy(nanoseconds: number): void {
    this.busy += nanoseconds;
  }

  /** Nanoseconds by which the simulator sent its latest answer later than its schedule has it. */
  noteBehind(nanoseconds: number): void {
    this.behind = nanoseconds;
  }

  reset(): void {
    this.wire = 0;
    this.flash = 0;
    this.busy = 0;
    this.inbound = 0;
    this.outbound = 0;
    this.behind = 0;
  }

  read(): BenchClock {
    return {
      idealSeconds: (this.wire + this.flash + this.busy) / 1e9,
      wireSeconds: this.wire / 1e9,
      flashSeconds: this.flash / 1e9,
      bytesIn: this.inbound,
      bytesOut: this.outbound,
      behindSeconds: this.behind / 1e9,
    };
  }
}
