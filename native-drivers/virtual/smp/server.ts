import { decodeMap, encodeMap, type SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { MgmtError, SmpOp, SMP_VERSION_LEGACY } from '#drivers/protocols/smp/constants.ts';
import type { SmpPacket } from '#drivers/protocols/smp/frame.ts';
import { SmpParser } from '#drivers/protocols/smp/parser.ts';
import { writePacket } from '#drivers/protocols/smp/writer.ts';
import { ChipTime, type SerialHost, type SerialProgram } from '../chip/serial-chip.ts';
import type { SmpPart } from './part.ts';
import { Refused } from './refused.ts';

export type Handler = (map: SmpMap) => SmpMap | Promise<SmpMap>;
/** By `op/group/command`. */
export type Handlers = Readonly<Record<string, Handler>>;
export const keyOf = (op: number, group: number, command: number): string => `${op}/${group}/${command}`;

export interface ServerOptions {
  /** Packets that are kept, the one that is worked on included. */
  buffers: number;
  /** False: a request of version 2 is not heard. */
  versionTwo: boolean;
  handlers: Handlers;
  /** Left out: what has no handler is refused. */
  toUnknown?: (packet: SmpPacket) => SmpMap;
}

/** Longer than between two bytes, shorter than a change of rate. */
const PAUSE_NS = 20e6;
const BREAK = Buffer.from('\r\n[00:00:01.234,000] <wrn> \x06 noise\r\n', 'latin1');

/** SMP over a UART: one request after the other, in the order of arrival; what comes when the buffers are full is lost. */
export class SmpServer implements SerialProgram {
  readonly host: SerialHost<SmpPart>;
  readonly time: ChipTime<SmpPart>;
  private readonly options: ServerOptions;
  private readonly parser = new SmpParser();
  private tail: Promise<void> = Promise.resolve();
  private waiting = 0;
  private stopped = false;
  private discarded = 0;
  private afterAnswer: (() => void) | null = null;
  private silent = false;
  private deaf = false;
  private heardAt = -Infinity;

  constructor(host: SerialHost<SmpPart>, time: ChipTime<SmpPart>, options: ServerOptions) {
    this.host = host;
    this.time = time;
    this.options = options;
  }

  receive(bytes: Uint8Array, at: number): void {
    const { host } = this;
    this.listen(at);
    if (this.deaf) return host.countDiscarded(bytes.length);
    for (const event of this.parser.push(bytes)) if (event.type === 'packet') this.take(event.packet, at);
    host.countDiscarded(this.parser.discarded - this.discarded);
    this.discarded = this.parser.discarded;
  }

  stop(): void {
    this.stopped = true;
  }

  /** At another rate every byte is noise. The line is asked after each pause only: that takes longer than a byte. */
  private listen(at: number): void {
    const { host } = this;
    if (at - this.heardAt > PAUSE_NS) this.deaf = ![0, host.part.baudRate].includes(host.lineRate());
    this.heardAt = at;
  }

  /** Once the answer to the request that is worked on is out. */
  then(act: () => void): void {
    this.afterAnswer = act;
  }

  /** Does not answer the request that is worked on. */
  sayNothing(): void {
    this.silent = true;
  }

  private take(packet: SmpPacket, at: number): void {
    const request = packet.op === SmpOp.read || packet.op === SmpOp.write;
    if (!request || (packet.version !== SMP_VERSION_LEGACY && !this.options.versionTwo)) return;
    if (this.waiting >= this.options.buffers) return;
    if (this.host.faults.take('lose-request', numberOf(packet.group, packet.command)) !== null) return;
    this.waiting += 1;
    this.tail = this.tail.then(() => this.serve(packet, at)).finally(() => (this.waiting -= 1));
  }

  private async serve(packet: SmpPacket, at: number): Promise<void> {
    if (this.stopped) return;
    this.time.heard(at);
    const map = await this.carryOut(packet).catch((error: unknown) => {
      if (error instanceof Refused) return error.toMap(packet.version);
      throw error;
    });
    if (this.isStopped()) return;
    if (!this.silent) this.answer(packet, map);
    this.silent = false;
    this.afterAnswer?.();
    this.afterAnswer = null;
  }

  private isStopped(): boolean {
    return this.stopped;
  }

  private async carryOut(packet: SmpPacket): Promise<SmpMap> {
    const { op, group, command, payload } = packet;
    const { toUnknown } = this.options;
    const handler = this.options.handlers[keyOf(op, group, command)];
    const nak = this.host.faults.take('nak', numberOf(group, command));
    if (nak !== null) throw new Refused(Number.parseInt(nak[0] ?? '1', 16));
    if (handler === undefined && toUnknown !== undefined) return toUnknown(packet);
    if (handler === undefined) throw new Refused(MgmtError.notSupported);
    const map = payload.length === 0 ? {} : decodeMap(payload);
    if (map === null) throw new Refused(MgmtError.invalid);
    return handler(map);
  }

  private answer({ op, version, group, sequence, command }: SmpPacket, map: SmpMap): void {
    const { faults } = this.host;
    const number = numberOf(group, command);
    if (faults.take('drop-answer', number) !== null) return;
    if (faults.take('wrong-offset', number) !== null && 'off' in map) map['off'] = 0;
    const delay = faults.take('delay', number);
    if (delay !== null) this.time.at += Number(delay[0] ?? 0) * 1e6;
    if (faults.take('garbage', number) !== null) this.host.send(BREAK, this.time.at);
    const bytes = writePacket({
      ...{ op: op === SmpOp.read ? SmpOp.readResponse : SmpOp.writeResponse },
      ...{ version, flags: 0, group, sequence, command, payload: encodeMap(map) },
    });
    if (faults.take('corrupt-checksum', number) !== null) bytes[8] = (bytes[8] ?? 0) ^ 1;
    this.host.send(bytes, this.time.at);
    if (faults.take('duplicate-answer', number) !== null) this.host.send(bytes, this.time.at);
  }
}

/** As faults name a command: group, then id, two hex digits each; `101` is an upload. */
const numberOf = (group: number, command: number): number => group * 256 + command;
