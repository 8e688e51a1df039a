/** A line of a kit board. */
export type KitEvent =
  /** Its status, and the bytes in the brackets. */
  | { type: 'reply'; status: number; data: Uint8Array }
  /** What is on its bus at an index: `ECC608 TWI 00(C0)`. */
  | { type: 'device'; name: string; bus: string; status: number; address: number }
  /** One of the host's own lines, come back from an adapter that echoes. */
  | { type: 'echo' };

const END = 0x0a;
/** Two hexadecimal digits for each byte of the longest packet, with status and brackets; a longer line is noise. */
const LONGEST_LINE = 512;
const DEVICE = /(\w+) (\w+) ([0-9A-F]{2})\(([0-9A-F]{2})\)$/i;
const ECHO = /[A-Z]+:[\w:]+\([0-9A-F]*\)$/i;
const REPLY = /(?<![0-9A-Z:])([0-9A-F]{2})\(((?:[0-9A-F]{2})*)\)$/i;

/**
 * Bytes of the line to kit answers (CryptoAuthLib, kit_protocol.c). Pure: the same bytes give the same events however they
 * are cut. What belongs to no answer is counted in `discarded`; zeros, which some kits pad with, are passed over.
 */
export class KitParser {
  discarded = 0;
  private line: number[] = [];
  private overlong = false;

  push(bytes: Uint8Array): KitEvent[] {
    const events: KitEvent[] = [];
    for (const byte of bytes) {
      const event = this.take(byte);
      if (event !== null) events.push(event);
    }
    return events;
  }

  /** Half a line whose rest never came: forgotten and counted. */
  reset(): void {
    this.discarded += this.line.length;
    this.line = [];
    this.overlong = false;
  }

  private take(byte: number): KitEvent | null {
    if (byte === 0) return null;
    if (byte !== END) {
      this.keep(byte);
      return null;
    }
    const text = Buffer.from(this.line).toString('latin1').replace(/\r$/, '');
    this.line = [];
    const found = this.overlong ? null : eventOf(text);
    this.overlong = false;
    this.discarded += found === null ? text.length : found.noise;
    return found === null ? null : found.event;
  }

  private keep(byte: number): void {
    if (this.line.length < LONGEST_LINE) this.line.push(byte);
    else {
      this.discarded += 1;
      this.overlong = true;
    }
  }
}

function eventOf(text: string): { event: KitEvent; noise: number } | null {
  const device = DEVICE.exec(text);
  if (device !== null) {
    const [whole, name = '', bus = '', status = '', address = ''] = device;
    const event = { type: 'device', name, bus, status: byteOf(status), address: byteOf(address) } as const;
    return { event, noise: text.length - whole.length };
  }
  if (ECHO.test(text)) return { event: { type: 'echo' }, noise: text.length };
  const reply = REPLY.exec(text);
  if (reply === null) return null;
  const [whole, status = '', hex = ''] = reply;
  const data = Uint8Array.from(Buffer.from(hex, 'hex'));
  return { event: { type: 'reply', status: byteOf(status), data }, noise: text.length - whole.length };
}

const byteOf = (hex: string): number => Number.parseInt(hex, 16);
