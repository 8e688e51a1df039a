/** Frames as the probe reads and writes them ("Debugging with GDB", appendix E.1): kept apart from the driver's own. */
export type HostInput =
  { kind: 'packet'; text: Uint8Array } | { kind: 'damaged' } | { kind: 'interrupt' } | { kind: 'noise' };

/** Buffer of a Black Magic probe (gdb_packet.h): it starts again where a packet is longer. */
export const PACKET_BYTES = 0x400;

const code = (character: string): number => character.charCodeAt(0);
const DOLLAR = code('$');
const HASH = code('#');
const BRACE = code('}');
const STAR = code('*');
const FLIP = 0x20;

/** One byte at a time, so that the probe can look for an acknowledgement in between. */
export class HostReader {
  private place: 'outside' | 'inside' | 'escaped' | 'first' | 'second' = 'outside';
  private text: number[] = [];
  private sum = 0;
  private told = '';

  get idle(): boolean {
    return this.place === 'outside';
  }

  /** Null: nothing is complete yet. */
  take(byte: number): HostInput | null {
    if (byte === DOLLAR) return this.open();
    if (this.place === 'outside') return this.outside(byte);
    if (this.place === 'first' || this.place === 'second') return this.checksum(byte);
    if (byte === HASH) {
      this.place = 'first';
      return null;
    }
    this.sum = (this.sum + byte) & 0xff;
    if (this.place === 'inside' && byte === BRACE) {
      this.place = 'escaped';
      return null;
    }
    this.text.push(this.place === 'escaped' ? byte ^ FLIP : byte);
    this.place = this.text.length > PACKET_BYTES ? 'outside' : 'inside';
    return null;
  }

  private open(): null {
    this.place = 'inside';
    this.text = [];
    this.sum = 0;
    this.told = '';
    return null;
  }

  private outside(byte: number): HostInput {
    return { kind: byte === 0x03 || byte === 0x04 ? 'interrupt' : 'noise' };
  }

  private checksum(byte: number): HostInput | null {
    this.told += String.fromCharCode(byte);
    if (this.place === 'first') {
      this.place = 'second';
      return null;
    }
    this.place = 'outside';
    const right = Number.parseInt(this.told, 16) === this.sum;
    return right ? { kind: 'packet', text: Uint8Array.from(this.text) } : { kind: 'damaged' };
  }
}

/** A packet of the probe, what is reserved escaped. */
export function probePacket(text: string): Uint8Array {
  const inner: number[] = [];
  for (const byte of Buffer.from(text, 'latin1')) {
    if ([DOLLAR, HASH, BRACE, STAR].includes(byte)) inner.push(BRACE, byte ^ FLIP);
    else inner.push(byte);
  }
  const sum = inner.reduce((all, byte) => (all + byte) & 0xff, 0);
  return Buffer.concat([
    Buffer.from('$'),
    Uint8Array.from(inner),
    Buffer.from(`#${sum.toString(16).padStart(2, '0')}`),
  ]);
}
