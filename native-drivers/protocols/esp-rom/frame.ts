import { CHECKSUM_SEED, HEADER_BYTES, REQUEST, RESPONSE, STATUS_BYTES } from './constants.ts';
import { encodeSlip, SlipParser } from './slip.ts';

/** An answer of the ROM: `value` is the header's word, `data` all that follows, status bytes and all. */
export interface Answer {
  command: number;
  value: number;
  data: Uint8Array;
}

/** Words of 32 bits, little-endian. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, index * 4));
  return bytes;
}

/** XOR over what a data command writes. */
export const checksum = (data: Uint8Array): number => data.reduce((sum, byte) => sum ^ byte, CHECKSUM_SEED);

/** A request as it goes on the wire. */
export function encodeRequest(command: number, data: Uint8Array, sum = 0): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = REQUEST;
  header[1] = command;
  header.writeUInt16LE(data.length, 2);
  header.writeUInt32LE(sum, 4);
  return encodeSlip(Buffer.concat([header, data]));
}

/** A block of a data command: its length, its number, two words of nothing, the bytes, and their checksum. */
export function encodeBlock(command: number, block: Uint8Array, sequence: number): Uint8Array {
  return encodeRequest(command, Buffer.concat([words(block.length, sequence, 0, 0), block]), checksum(block));
}

/** Bytes of the line to answers; text of the ROM's start-up, noise and packets that are no answer are counted. */
export class AnswerParser {
  private readonly slip = new SlipParser();
  private noise = 0;

  get discarded(): number {
    return this.slip.discarded + this.noise;
  }

  push(bytes: Uint8Array): Answer[] {
    const answers: Answer[] = [];
    for (const packet of this.slip.push(bytes)) {
      const answer = answerOf(packet.bytes);
      if (answer === null) this.noise += packet.wireBytes;
      else answers.push(answer);
    }
    return answers;
  }
}

function answerOf(packet: Uint8Array): Answer | null {
  if (packet.length < HEADER_BYTES + 2 || packet[0] !== RESPONSE) return null;
  const bytes = Buffer.from(packet);
  const data = packet.subarray(HEADER_BYTES);
  if (bytes.readUInt16LE(2) !== data.length) return null;
  return { command: bytes[1] ?? 0, value: bytes.readUInt32LE(4), data };
}

/** Null: done. Else the ROM's error code. The status stands last; where a length is known, right behind it. */
export function errorOf({ data }: Answer, dataBytes: number): number | null {
  const at = data.length >= dataBytes + 2 ? dataBytes : Math.max(0, data.length - STATUS_BYTES);
  return data[at] === 0 && data.length >= dataBytes + 2 ? null : (data[at + 1] ?? 0);
}
