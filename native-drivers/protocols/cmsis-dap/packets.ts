import { DriverError } from '#drivers/core/errors.ts';
import { ACK, COMMAND, REQUEST } from './constants.ts';

/** One access of a DAP_Transfer. */
export interface Access {
  port: 'dp' | 'ap';
  register: number;
  /** To be written; `match`: read until it is there under the mask; left out: read. */
  value?: number;
  match?: boolean;
  /** The value is the mask of the matches that follow. */
  mask?: boolean;
}

export interface TransferPacket {
  bytes: Uint8Array;
  accesses: readonly Access[];
}

export interface TransferResult {
  /** Accesses that were carried out. */
  done: number;
  ack: number;
  words: number[];
}

const HEAD = 3;
const BLOCK_HEAD = 5;
const WORD = 4;

const isRead = ({ value, match }: Access): boolean => value === undefined || match === true;
/** A read with match brings no data (CMSIS-DAP 2.1, "DAP_Transfer"). */
const bringsWord = ({ value }: Access): boolean => value === undefined;

function requestOf(access: Access): number {
  const { port, register, match, mask } = access;
  const flags = (port === 'ap' ? REQUEST.ap : 0) | (isRead(access) ? REQUEST.read : 0);
  return flags | register | (match === true ? REQUEST.match : 0) | (mask === true ? REQUEST.mask : 0);
}

/** As few DAP_Transfer packets as carry them: neither command nor response is longer than a packet. */
export function transferPackets(accesses: readonly Access[], packetSize: number): TransferPacket[] {
  const packets: TransferPacket[] = [];
  let group: Access[] = [];
  let [out, back] = [HEAD, HEAD];
  for (const access of accesses) {
    const outBytes = bringsWord(access) ? 1 : 1 + WORD;
    const backBytes = bringsWord(access) ? WORD : 0;
    if (out + outBytes > packetSize || back + backBytes > packetSize || group.length === 255) {
      packets.push(transferPacket(group));
      group = [];
      [out, back] = [HEAD, HEAD];
    }
    group.push(access);
    out += outBytes;
    back += backBytes;
  }
  return group.length === 0 ? packets : [...packets, transferPacket(group)];
}

function transferPacket(accesses: readonly Access[]): TransferPacket {
  const bytes = [COMMAND.transfer, 0, accesses.length];
  for (const access of accesses) {
    bytes.push(requestOf(access));
    if (access.value !== undefined) bytes.push(...le32(access.value));
  }
  return { bytes: Uint8Array.from(bytes), accesses };
}

/** Words that one DAP_TransferBlock carries. */
export const blockWords = (packetSize: number): number => Math.floor((packetSize - BLOCK_HEAD) / WORD);

/** Words to one register of the access port. */
export function writeBlock(register: number, words: Uint32Array): Uint8Array {
  const bytes = Buffer.alloc(BLOCK_HEAD + words.length * WORD);
  bytes.set([COMMAND.transferBlock, 0, words.length & 0xff, words.length >> 8, REQUEST.ap | register]);
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, BLOCK_HEAD + index * WORD);
  return bytes;
}

export function readBlock(register: number, count: number): Uint8Array {
  return Uint8Array.of(
    COMMAND.transferBlock,
    0,
    count & 0xff,
    count >> 8,
    REQUEST.ap | REQUEST.read | register,
  );
}

/** Throws `bad-frame` for a response that is no answer to the accesses of `packet`. */
export function parseTransfer(response: Uint8Array, { accesses }: TransferPacket): TransferResult {
  const [id, done = 0, ack = 0] = response;
  if (id !== COMMAND.transfer || response.length < HEAD || done > accesses.length) throw badFrame(response);
  const count = accesses.slice(0, done).filter(bringsWord).length;
  // The reference firmware counts a posted read whose word then does not come.
  const there = ack === ACK.ok ? count : Math.min(count, Math.floor((response.length - HEAD) / WORD));
  return { done, ack, words: wordsAt(response, HEAD, there) };
}

/** Throws `bad-frame` for one that is no answer to a block of `count` words. */
export function parseBlock(response: Uint8Array, count: number, reads: boolean): TransferResult {
  const [id, low = 0, high = 0, ack = 0] = response;
  const done = low | (high << 8);
  if (id !== COMMAND.transferBlock || response.length < HEAD + 1 || done > count) throw badFrame(response);
  return { done, ack, words: reads ? wordsAt(response, HEAD + 1, done) : [] };
}

function wordsAt(response: Uint8Array, from: number, count: number): number[] {
  if (response.length < from + count * WORD) throw badFrame(response);
  const view = Buffer.from(response);
  return Array.from({ length: count }, (_, index) => view.readUInt32LE(from + index * WORD));
}

export function badFrame(response: Uint8Array): DriverError {
  const context = { length: response.length, command: response[0] ?? -1 };
  return new DriverError('bad-frame', 'The probe answers something else than it was asked.', { context });
}

/** What a transfer that was not carried out says of the line. */
export function refused(ack: number, context: Record<string, string | number>): DriverError {
  const bits = ack & ACK.mask;
  if ((ack & ACK.mismatch) !== 0)
    return new DriverError('no-answer', 'The part does not come to the state it should.', { context });
  if (bits === ACK.fault)
    return new DriverError('device-error', 'The part refuses an access to its memory.', { context });
  if (bits === ACK.wait)
    return new DriverError('no-answer', 'The part is busy for longer than it may be.', { context });
  return new DriverError('no-answer', 'Nothing answers on the debug port.', { context });
}

export const le32 = (value: number): [number, number, number, number] => [
  value & 0xff,
  (value >>> 8) & 0xff,
  (value >>> 16) & 0xff,
  value >>> 24,
];
