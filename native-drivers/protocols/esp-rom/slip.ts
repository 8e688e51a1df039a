import { SLIP } from './constants.ts';

/** The longest answer of a ROM is far below this; what is longer between two ends is noise. */
const LONGEST = 4096;

/** One packet on the wire: an end, the bytes with ends and escapes written out, an end. */
export function encodeSlip(packet: Uint8Array): Uint8Array {
  const wire: number[] = [SLIP.end];
  for (const byte of packet) {
    if (byte === SLIP.end) wire.push(SLIP.escape, SLIP.escapedEnd);
    else if (byte === SLIP.escape) wire.push(SLIP.escape, SLIP.escapedEscape);
    else wire.push(byte);
  }
  wire.push(SLIP.end);
  return Uint8Array.from(wire);
}

/** What stood between two ends. `wireBytes`: how many bytes it took there, both ends not counted. */
interface SlipPacket {
  bytes: Uint8Array;
  wireBytes: number;
}

/**
 * Bytes to packets. Pure: however the bytes are cut, the packets are the same. An end closes what came before it and
 * opens what comes next, so that one lost or doubled end costs one packet and no more. What is no SLIP is counted.
 */
export class SlipParser {
  /** Bytes of runs that were too long or wrongly escaped. */
  discarded = 0;
  private run: number[] = [];
  private wireBytes = 0;
  private escaped = false;
  private broken = false;

  push(bytes: Uint8Array): SlipPacket[] {
    const packets: SlipPacket[] = [];
    for (const byte of bytes) {
      if (byte !== SLIP.end) this.take(byte);
      else if (this.wireBytes > 0) packets.push(...this.close());
    }
    return packets;
  }

  private take(byte: number): void {
    this.wireBytes += 1;
    if (this.broken) return;
    if (this.escaped) this.unescape(byte);
    else if (byte === SLIP.escape) this.escaped = true;
    else this.run.push(byte);
    if (this.run.length > LONGEST) this.spoil();
  }

  private unescape(byte: number): void {
    this.escaped = false;
    if (byte === SLIP.escapedEnd) this.run.push(SLIP.end);
    else if (byte === SLIP.escapedEscape) this.run.push(SLIP.escape);
    else this.spoil();
  }

  private spoil(): void {
    this.broken = true;
    this.run = [];
  }

  private close(): SlipPacket[] {
    const { run, wireBytes } = this;
    const good = !this.broken && !this.escaped;
    this.run = [];
    this.wireBytes = 0;
    this.escaped = false;
    this.broken = false;
    if (good) return [{ bytes: Uint8Array.from(run), wireBytes }];
    this.discarded += wireBytes;
    return [];
  }
}
