import { framedDecoder, type FrameDecoder, type Taken } from '#drivers/core/decoder.ts';
import { OP, STATUS_TEXT, ZONE } from '#drivers/protocols/atecc/constants.ts';
import { contentOf } from '#drivers/protocols/atecc/packet.ts';

const END = 0x0a;
/** A longer run without an end is no line of a kit. */
const LONGEST_LINE = 512;
const TALK = /^[A-Z]:t\(((?:[0-9A-F]{2})+)\)$/i;
const LINE = /^(?:[A-Z]+:[\w:]+\([0-9A-F]*\)|(?:\w+ \w+ )?[0-9A-F]{2}\((?:[0-9A-F]{2})*\))$/i;
const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(OP).map(([name, op]) => [op, name]));
/** `E:t(`, then two characters each for count, opcode and first parameter, four for the second. */
const DATA_AT = 14;

/** Lines of the kit protocol. The write key is the only secret that goes over this wire in clear. */
export const ateccDecoder = (): FrameDecoder => framedDecoder(take);

function take(bytes: Uint8Array, at: number): Taken {
  const end = bytes.indexOf(END, at);
  if (end < 0) return bytes.length - at > LONGEST_LINE ? 'garbage' : 'incomplete';
  const text = Buffer.from(bytes.subarray(at, end)).toString('latin1').replace(/\r$/, '');
  if (!LINE.test(text)) return 'garbage';
  const size = end + 1 - at;
  const talk = TALK.exec(text);
  const packet = Buffer.from(talk?.[1] ?? hexIn(text), 'hex');
  const content = packet.length > 3 ? contentOf(packet) : null;
  const fault = packet.length > 3 && content === null;
  if (talk === null)
    return { size, title: text.split('(')[0] ?? '', detail: meaning(content), secret: 'none', fault };
  const op = packet[1] ?? 0;
  const detail = `p1 ${hex(packet[2] ?? 0)} p2 ${hex(packet[3] ?? 0)} ${hex(packet[4] ?? 0)}`;
  const title = `Command ${hex(op)} ${NAMES.get(op) ?? ''}`.trimEnd();
  const secret = isClearWrite(packet) ? ([[DATA_AT, size - 2]] as const) : 'none';
  return { size, title, detail, secret, fault };
}

/** Into the data zone and not encrypted, to a slot that may hold a key. */
const isClearWrite = (packet: Uint8Array): boolean =>
  packet[1] === OP.write &&
  ((packet[2] ?? 0) & 3) === ZONE.data &&
  ((packet[2] ?? 0) & ZONE.encrypted) === 0 &&
  SECRET_SLOTS.includes(((packet[3] ?? 0) >> 3) & 0x0f);

/** 36 bytes each: room for a key. Certificates and configuration are in 8 to 15. */
const SECRET_SLOTS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7];

const hexIn = (text: string): string => /\(([0-9A-F]*)\)$/i.exec(text)?.[1] ?? '';
const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

function meaning(content: Uint8Array | null): string {
  if (content === null) return '';
  const [status = 0] = content;
  if (content.length > 1) return `${content.length} B`;
  return status === 0 ? 'done' : (STATUS_TEXT[status] ?? `status ${hex(status)}`);
}
