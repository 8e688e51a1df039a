import { framedDecoder, type FrameDecoder, type Taken } from '#drivers/core/decoder.ts';
import { COMMAND, HEADER_BYTES, MAX_PAYLOAD, PACKET, PONG_BYTES, RESPONSE, START } from './constants.ts';

const COMMANDS = new Map<number, string>(Object.entries(COMMAND).map(([name, code]) => [code, name]));
const RESPONSES = new Map<number, string>(Object.entries(RESPONSE).map(([name, code]) => [code, name]));
/** Packets without a payload: their names. */
const SHORT = new Map<number, string>([
  [PACKET.ack, 'ACK'],
  [PACKET.nak, 'NAK'],
  [PACKET.abort, 'Abort'],
  [PACKET.ping, 'Ping'],
]);

/** Packets of the MCU boot loader in words. It marks no keys: operations that carry one are blanked whole. */
export const nxpBootDecoder = (): FrameDecoder => framedDecoder(take);

function take(bytes: Uint8Array, at: number): Taken {
  if (bytes[at] !== START) return 'garbage';
  const type = bytes[at + 1];
  if (type === undefined) return 'incomplete';
  const short = SHORT.get(type);
  if (short !== undefined) return { size: 2, title: short, detail: '', secret: 'none', fault: false };
  if (type === PACKET.pong) return whole(bytes, at, PONG_BYTES, () => ({ title: 'Pong', detail: '' }));
  if (type !== PACKET.command && type !== PACKET.data) return 'garbage';
  const [low, high] = [bytes[at + 2], bytes[at + 3]];
  if (low === undefined || high === undefined) return 'incomplete';
  const length = low | (high << 8);
  if (length > MAX_PAYLOAD) return 'garbage';
  return whole(bytes, at, HEADER_BYTES + length, (frame) => words(type, frame.subarray(HEADER_BYTES)));
}

function whole(
  bytes: Uint8Array,
  at: number,
  size: number,
  say: (frame: Uint8Array) => { title: string; detail: string },
): Taken {
  if (bytes.length - at < size) return 'incomplete';
  return { size, ...say(bytes.subarray(at, at + size)), secret: 'none', fault: false };
}

function words(type: number, payload: Uint8Array): { title: string; detail: string } {
  if (type === PACKET.data) return { title: `Data, ${payload.length} B`, detail: '' };
  const tag = payload[0] ?? 0;
  const code = tag.toString(16).padStart(2, '0').toUpperCase();
  const answer = RESPONSES.get(tag);
  if (answer === undefined)
    return { title: `Command ${code} ${COMMANDS.get(tag) ?? 'unlisted'}`, detail: '' };
  const status = payload.length >= 8 ? Buffer.from(payload).readUInt32LE(4) : 0;
  return { title: `Answer ${code} ${answer}`, detail: `status ${status}` };
}
