import { ACK, type Ack } from './swd-port.ts';
import type { SwdMaster } from './swd-master.ts';

/** Bits of a transfer request (CMSIS-DAP 2.1, DAP_Transfer). */
const REQUEST = { ap: 1, read: 2, register: 0x0c, valueMatch: 0x10, matchMask: 0x20 };
const MISMATCH = 0x10;
const RDBUFF = 0xc;
const DP = false;

export interface TransferSettings {
  matchRetries: number;
  matchMask: number;
}

/** How far a DAP_Transfer or DAP_TransferBlock came. */
interface Progress {
  done: number;
  /** Acknowledge in bits 0..2; bit 4: the value did not match. */
  ack: number;
  data: number[];
}

/**
 * Carries transfer commands out as the reference firmware does: reads of an access port are posted, their values come
 * with the next read, the last with RDBUFF; a last write is made certain by one read of RDBUFF.
 */
export class Transfers {
  private readonly master: SwdMaster;
  readonly settings: TransferSettings = { matchRetries: 0, matchMask: 0xffffffff };
  private posted = false;
  private written = false;

  constructor(master: SwdMaster) {
    this.master = master;
  }

  /** DAP_Transfer: index, count, then each request with its word. */
  single(command: Buffer): Buffer {
    const state = this.begin();
    let at = 3;
    for (let left = command[2] ?? 0; left > 0 && state.ack === ACK.ok; left -= 1) {
      const request = command[at] ?? 0;
      const hasData = (request & REQUEST.read) === 0 || (request & REQUEST.valueMatch) !== 0;
      const value = hasData ? command.readUInt32LE(at + 1) : 0;
      at += hasData ? 5 : 1;
      this.one(request, value, state);
      if (succeeded(state)) state.done += 1;
    }
    this.finish(state);
    return Buffer.concat([Buffer.from([command[0] ?? 0, state.done, state.ack]), words(state.data)]);
  }

  /** DAP_TransferBlock: index, count of 16 bits, one request, words. */
  block(command: Buffer): Buffer {
    const state = this.begin();
    const count = command.readUInt16LE(2);
    const request = command[4] ?? 0;
    for (let index = 0; index < count && state.ack === ACK.ok; index += 1) {
      const value = (request & REQUEST.read) === 0 ? command.readUInt32LE(5 + index * 4) : 0;
      this.one(request & 0x0f, value, state);
      if (succeeded(state)) state.done += 1;
    }
    this.finish(state);
    // Of a block of reads those count whose words came (DAP_Transfer counts those that were asked for).
    if ((request & REQUEST.read) !== 0) state.done = state.data.length;
    const head = Buffer.from([command[0] ?? 0, state.done & 0xff, state.done >> 8, state.ack]);
    return Buffer.concat([head, words(state.data)]);
  }

  private begin(): Progress {
    this.posted = this.written = false;
    return { done: 0, ack: ACK.ok, data: [] };
  }

  private one(request: number, value: number, state: Progress): void {
    const register = request & REQUEST.register;
    const ap = (request & REQUEST.ap) !== 0;
    if ((request & REQUEST.read) === 0) this.write(ap, register, request, value, state);
    else if ((request & REQUEST.valueMatch) !== 0) this.match(ap, register, value, state);
    else if (ap) this.readPosted(register, state);
    else {
      this.collect(state);
      if (state.ack === ACK.ok) this.take(this.master.read(DP, register), state);
    }
  }

  private write(ap: boolean, register: number, request: number, value: number, state: Progress): void {
    this.collect(state);
    if (state.ack !== ACK.ok) return;
    if ((request & REQUEST.matchMask) !== 0) {
      this.settings.matchMask = value;
      return;
    }
    state.ack = this.master.write(ap, register, value).ack;
    this.written = true;
  }

  private readPosted(register: number, state: Progress): void {
    const { ack, data } = this.master.read(true, register);
    state.ack = ack;
    if (ack === ACK.ok && this.posted) state.data.push(data);
    this.posted = ack === ACK.ok;
    this.written = false;
  }

  private match(ap: boolean, register: number, value: number, state: Progress): void {
    this.collect(state);
    const { matchMask, matchRetries } = this.settings;
    for (let retry = 0; state.ack === ACK.ok; retry += 1) {
      const first = this.master.read(ap, register);
      const { ack, data } = ap && first.ack === ACK.ok ? this.master.read(DP, RDBUFF) : first;
      state.ack = ack;
      if (ack !== ACK.ok || ((data & matchMask) ^ value) === 0) return;
      if (retry >= matchRetries) state.ack = MISMATCH | ACK.ok;
    }
  }

  /** The value of a posted read. */
  private collect(state: Progress): void {
    if (!this.posted) return;
    this.posted = false;
    this.take(this.master.read(DP, RDBUFF), state);
  }

  private take({ ack, data }: { ack: Ack; data: number }, state: Progress): void {
    state.ack = ack;
    this.written = false;
    if (ack === ACK.ok) state.data.push(data);
  }

  private finish(state: Progress): void {
    if (state.ack !== ACK.ok) return;
    if (this.posted) this.collect(state);
    else if (this.written) state.ack = this.master.read(DP, RDBUFF).ack;
  }
}

const succeeded = (state: Progress): boolean => state.ack === ACK.ok;

function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, index * 4);
  return bytes;
}
