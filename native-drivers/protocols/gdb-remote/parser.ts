import {
  ACK,
  END,
  ESCAPE,
  ESCAPE_XOR,
  MOST_PACKET_BYTES,
  NACK,
  NOTIFICATION,
  REPEAT,
  REPEAT_BASE,
  START,
} from './constants.ts';

export type GdbInput =
  { kind: 'packet'; data: Uint8Array } | { kind: 'ack' } | { kind: 'nack' } | { kind: 'bad-packet' };

/** A repeat could blow a packet up without end: one that grows above this is refused as a whole. */
const MOST_DATA_BYTES = MOST_PACKET_BYTES * 2;

type State = 'idle' | 'data' | 'sum-high' | 'sum-low';

/**
 * What a stub says, byte by byte: any split gives the same inputs. Escapes and repeats are resolved (E.1). Bytes that
 * belong to nothing are counted in `discarded`, notifications in `notifications`; neither says anything.
 */
export class GdbParser {
  discarded = 0;
  notifications = 0;
  private state: State = 'idle';
  private notification = false;
  private raw: number[] = [];
  private sum = 0;
  private told = 0;

  push(bytes: Uint8Array): GdbInput[] {
    const inputs: GdbInput[] = [];
    for (const byte of bytes) {
      const input = this.take(byte);
      if (input !== null) inputs.push(input);
    }
    return inputs;
  }

  private take(byte: number): GdbInput | null {
    switch (this.state) {
      case 'idle':
        return this.idle(byte);
      case 'data':
        return this.data(byte);
      case 'sum-high':
        this.told = digit(byte);
        this.state = 'sum-low';
        return null;
      case 'sum-low':
        this.state = 'idle';
        return this.finish(this.told * 16 + digit(byte));
    }
  }

  private idle(byte: number): GdbInput | null {
    if (byte === ACK) return { kind: 'ack' };
    if (byte === NACK) return { kind: 'nack' };
    if (byte === START || byte === NOTIFICATION) this.begin(byte);
    else this.discarded += 1;
    return null;
  }

  private begin(byte: number): void {
    this.notification = byte === NOTIFICATION;
    this.state = 'data';
    this.raw = [];
    this.sum = 0;
  }

  private data(byte: number): GdbInput | null {
    if (byte === END) {
      this.state = 'sum-high';
      return null;
    }
    // `$` stands in no packet unescaped (E.1): the one before was cut off.
    if (byte === START) {
      this.discarded += this.raw.length + 1;
      this.begin(byte);
      return null;
    }
    this.raw.push(byte);
    this.sum = (this.sum + byte) & 0xff;
    return this.raw.length > MOST_PACKET_BYTES ? this.refuse() : null;
  }

  private finish(told: number): GdbInput | null {
    if (this.notification) {
      this.notifications += 1;
      return null;
    }
    const data = told === this.sum ? resolve(this.raw) : null;
    return data === null ? this.refuse() : { kind: 'packet', data };
  }

  private refuse(): GdbInput {
    this.state = 'idle';
    this.discarded += this.raw.length;
    this.raw = [];
    return { kind: 'bad-packet' };
  }
}

/** NaN for what is no hex digit: no sum equals it. */
const digit = (byte: number): number => {
  const text = String.fromCharCode(byte);
  return /^[0-9a-fA-F]$/.test(text) ? Number.parseInt(text, 16) : Number.NaN;
};

/** Null for a repeat of nothing, an escape of nothing, or more than a packet may hold. */
function resolve(raw: readonly number[]): Uint8Array | null {
  const data: number[] = [];
  for (let index = 0; index < raw.length; index += 1) {
    const byte = raw[index] ?? 0;
    if (byte !== ESCAPE && byte !== REPEAT) data.push(byte);
    else {
      index += 1;
      const next = raw[index];
      if (next === undefined) return null;
      if (byte === ESCAPE) data.push(next ^ ESCAPE_XOR);
      else if (!repeat(data, next - REPEAT_BASE)) return null;
    }
    if (data.length > MOST_DATA_BYTES) return null;
  }
  return Uint8Array.from(data);
}

function repeat(data: number[], count: number): boolean {
  const last = data.at(-1);
  if (last === undefined || count < 3) return false;
  for (let index = 0; index < count; index += 1) data.push(last);
  return true;
}
