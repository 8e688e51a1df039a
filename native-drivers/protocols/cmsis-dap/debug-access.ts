import { DriverError } from '#drivers/core/errors.ts';
import {
  ABORT_STICKY,
  ACK,
  AP,
  COMMAND,
  CSW,
  DP,
  INCREMENT_BLOCK,
  JTAG_TO_SWD,
  LINE_RESET_BITS,
  OK,
  PIN_RESET,
  POWER_GRANTED,
  POWER_REQUEST,
  SWD,
} from './constants.ts';
import type { PacketPort, Pending } from './packet-port.ts';
import {
  blockWords,
  le32,
  parseBlock,
  parseTransfer,
  readBlock,
  refused,
  transferPackets,
  writeBlock,
  type Access,
} from './packets.ts';

/** Clock cycles of one packet on the line, and of one that must wait (IHI 0031, B4.1). */
const PACKET_CYCLES = 46;
/** Retries of a WAIT by the probe: 20 ms at 4 MHz and less, as long as an erase that somebody else began. */
const WAIT_RETRIES = 4000;
/** Reads of a match before the driver looks itself. */
const MATCH_RETRIES = 2000;
const CYCLES_OF_RETRIES = Math.max(WAIT_RETRIES, MATCH_RETRIES * 2) * PACKET_CYCLES;

/** Reads and writes of a part's memory, in one go. */
export type MemoryAccess = { read: number } | { write: number; value: number };

/** One part behind a probe: its debug port, and its memory through the first access port. */
export class DebugAccess {
  readonly port: PacketPort;
  private readonly hz: number;

  constructor(port: PacketPort, hz: number) {
    this.port = port;
    this.hz = hz;
  }

  /** Line to SWD, debug power on. Returns DPIDR. Rejects with `no-answer` where nothing is on the line. */
  async connect(): Promise<number> {
    await this.ok(Uint8Array.of(COMMAND.connect, SWD), SWD);
    await this.ok(Uint8Array.of(COMMAND.clock, ...le32(this.hz)));
    await this.ok(Uint8Array.of(COMMAND.transferConfigure, 0, ...le16(WAIT_RETRIES), ...le16(MATCH_RETRIES)));
    await this.ok(Uint8Array.of(COMMAND.swdConfigure, 0));
    await this.sequences();
    const [dpidr = 0] = await this.transfer([{ port: 'dp', register: DP.dpidr }]);
    await this.transfer([
      { port: 'dp', register: DP.abort, value: ABORT_STICKY },
      { port: 'dp', register: DP.select, value: 0 },
      { port: 'dp', register: DP.ctrl, value: POWER_REQUEST },
      { port: 'dp', register: 0, value: POWER_GRANTED, mask: true },
      { port: 'dp', register: DP.ctrl, value: POWER_GRANTED, match: true },
      { port: 'ap', register: AP.csw, value: CSW.word },
    ]);
    return dpidr;
  }

  /** nRESET of the part; low is held until it is released. */
  async resetLine(low: boolean): Promise<void> {
    await this.port.command(Uint8Array.of(COMMAND.pins, low ? 0 : PIN_RESET, PIN_RESET, ...le32(0)));
  }

  /** Debug power off, line released. */
  async disconnect(): Promise<void> {
    await this.transfer([{ port: 'dp', register: DP.ctrl, value: 0 }]);
    await this.ok(Uint8Array.of(COMMAND.disconnect));
  }

  /** The words that were read, in order. */
  memory(accesses: readonly MemoryAccess[]): Promise<number[]> {
    return this.transfer(accesses.flatMap(wordAccess));
  }

  async readWord(address: number): Promise<number> {
    return (await this.memory([{ read: address }]))[0] ?? 0;
  }

  writeWord(address: number, value: number): Promise<unknown> {
    return this.memory([{ write: address, value }]);
  }

  /** A half-word, where a register or cell takes no other width. */
  writeHalf(address: number, value: number): Promise<unknown> {
    return this.transfer([
      { port: 'ap', register: AP.csw, value: CSW.byte | 1 },
      ...wordAccess({ write: address, value: ((value & 0xffff) << ((address & 2) * 8)) >>> 0 }),
      { port: 'ap', register: AP.csw, value: CSW.word },
    ]);
  }

  /** Whether the word under the mask became `value` before the probe gave up looking. */
  async matches(address: number, mask: number, value: number): Promise<boolean> {
    const accesses: Access[] = [
      { port: 'ap', register: AP.tar, value: address },
      { port: 'ap', register: 0, value: mask, mask: true },
      { port: 'ap', register: AP.drw, value, match: true },
    ];
    // The address must stand still while it is read over and over.
    const still: Access[] = [{ port: 'ap', register: AP.csw, value: CSW.word & ~0x30 }, ...accesses];
    let mismatch = false;
    await this.run(still, (ack) => {
      mismatch = (ack & ACK.mismatch) !== 0;
      return mismatch;
    });
    await this.transfer([{ port: 'ap', register: AP.csw, value: CSW.word }]);
    return !mismatch;
  }

  async readWords(address: number, count: number): Promise<Uint32Array> {
    const words = new Uint32Array(count);
    await this.blocks(address, count, (from, length) => ({
      bytes: readBlock(AP.drw, length),
      take: (response) => {
        const result = parseBlock(response, length, true);
        this.check(result.ack, address + (from + result.done) * 4);
        words.set(result.words, from);
      },
    }));
    return words;
  }

  async writeWords(address: number, words: Uint32Array): Promise<void> {
    await this.blocks(address, words.length, (from, length) => ({
      bytes: writeBlock(AP.drw, words.subarray(from, from + length)),
      take: (response) => {
        const result = parseBlock(response, length, false);
        this.check(result.ack, address + (from + result.done) * 4);
      },
    }));
  }

  /** Any address, any length: whole words around it are read. */
  async readBytes(address: number, length: number): Promise<Uint8Array> {
    const start = address - (address % 4);
    const words = await this.readWords(start, Math.ceil((address + length - start) / 4));
    const bytes = Buffer.alloc(words.length * 4);
    for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, index * 4);
    return Uint8Array.from(bytes.subarray(address - start, address - start + length));
  }

  /** Bytes beside whole words are written one at a time: what is next to them is left alone. */
  async writeBytes(address: number, bytes: Uint8Array): Promise<void> {
    const head = Math.min((4 - (address % 4)) % 4, bytes.length);
    const words = Math.floor((bytes.length - head) / 4);
    const view = Buffer.from(bytes);
    await this.writeSingly(address, bytes.subarray(0, head));
    if (words > 0)
      await this.writeWords(
        address + head,
        Uint32Array.from({ length: words }, (_, index) => view.readUInt32LE(head + index * 4)),
      );
    await this.writeSingly(address + head + words * 4, bytes.subarray(head + words * 4));
  }

  /** Sticky errors are cleared; what was under way is lost. */
  async clearErrors(): Promise<void> {
    await this.port.command(Uint8Array.of(COMMAND.writeAbort, 0, ...le32(ABORT_STICKY)));
  }

  private async writeSingly(address: number, bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const accesses = [...bytes].flatMap((byte, index) =>
      wordAccess({ write: address + index, value: (byte << (((address + index) % 4) * 8)) >>> 0 }),
    );
    await this.transfer([
      { port: 'ap', register: AP.csw, value: CSW.byte },
      ...accesses,
      { port: 'ap', register: AP.csw, value: CSW.word },
    ]);
  }

  private async transfer(accesses: readonly Access[]): Promise<number[]> {
    return this.run(accesses, () => false);
  }

  /** `pardon`: true for an acknowledge that is no error here. */
  private async run(accesses: readonly Access[], pardon: (ack: number) => boolean): Promise<number[]> {
    const words: number[] = [];
    const packets = transferPackets(accesses, this.port.packetSize);
    const pending = packets.map(({ bytes, accesses: inside }) => this.pending(bytes, inside.length));
    await this.guarded(() =>
      this.port.pipeline(pending, (response, index) => {
        const packet = packets[index];
        if (packet === undefined) return;
        const result = parseTransfer(response, packet);
        words.push(...result.words);
        if (!pardon(result.ack)) this.check(result.ack, packet.accesses[result.done]?.register ?? 0);
      }),
    );
    return words;
  }

  /** Blocks of one packet each that never cross the border at which the address counts over. */
  private async blocks(
    address: number,
    count: number,
    block: (from: number, length: number) => { bytes: Uint8Array; take: (response: Uint8Array) => void },
  ): Promise<void> {
    const most = blockWords(this.port.packetSize);
    const pending: Pending[] = [];
    const takes: ((response: Uint8Array) => void)[] = [];
    const tar = (at: number): void => {
      const [packet] = transferPackets([{ port: 'ap', register: AP.tar, value: at }], this.port.packetSize);
      if (packet === undefined) return;
      pending.push(this.pending(packet.bytes, 1));
      takes.push((response) => this.check(parseTransfer(response, packet).ack, at));
    };
    for (let from = 0; from < count;) {
      const at = address + from * 4;
      if (from === 0 || at % INCREMENT_BLOCK === 0) tar(at);
      const length = Math.min(most, count - from, (INCREMENT_BLOCK - (at % INCREMENT_BLOCK)) / 4);
      const { bytes, take } = block(from, length);
      pending.push(this.pending(bytes, length));
      takes.push(take);
      from += length;
    }
    await this.guarded(() => this.port.pipeline(pending, (response, index) => takes[index]?.(response)));
  }

  private pending(bytes: Uint8Array, accesses: number): Pending {
    return { bytes, lineMs: ((accesses + 1) * PACKET_CYCLES + CYCLES_OF_RETRIES) / (this.hz / 1000) };
  }

  /** After a fault the part answers nothing else until the flag is cleared. */
  private async guarded(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (error instanceof DriverError && error.code === 'device-error') await this.clearErrors();
      throw error;
    }
  }

  private check(ack: number, address: number): void {
    if (ack !== ACK.ok) throw refused(ack, { ack, address: `0x${address.toString(16).padStart(8, '0')}` });
  }

  private async sequences(): Promise<void> {
    const ones = Array<number>(LINE_RESET_BITS / 8).fill(0xff);
    await this.sequence(ones);
    await this.sequence(JTAG_TO_SWD);
    await this.sequence(ones);
    await this.sequence([0]);
  }

  private sequence(bytes: readonly number[]): Promise<void> {
    return this.ok(Uint8Array.of(COMMAND.sequence, bytes.length * 8, ...bytes));
  }

  private async ok(bytes: Uint8Array, status: number = OK): Promise<void> {
    const response = await this.port.command(bytes);
    if (response[1] === status) return;
    throw new DriverError('device-error', 'The probe refuses a command.', {
      context: { command: bytes[0] ?? 0, status: response[1] ?? -1 },
    });
  }
}

const wordAccess = (access: MemoryAccess): Access[] =>
  'read' in access
    ? [
        { port: 'ap', register: AP.tar, value: access.read },
        { port: 'ap', register: AP.drw },
      ]
    : [
        { port: 'ap', register: AP.tar, value: access.write },
        { port: 'ap', register: AP.drw, value: access.value },
      ];

const le16 = (value: number): [number, number] => [value & 0xff, value >> 8];
