import {
  framedDecoder,
  type Direction,
  type FrameDecoder,
  type Secret,
  type TakeFrame,
  type Taken,
} from '#drivers/core/decoder.ts';
import { COMMAND, ERROR_BIT, ETX, FRAME_OVERHEAD, SOD, SOH, STATUS } from './constants.ts';
import { checksum, MAX_LENGTH_FIELD } from './frame.ts';
import { RX_NAMES } from './rx-constants.ts';
import { commandName, hex, type CommandNames } from './status.ts';

/** Commands whose payload is a key, an ID code or an answer made with one. */
const KEY_COMMANDS: ReadonlySet<number> = new Set<number>([
  ...[COMMAND.keySet, COMMAND.userKeySet, COMMAND.oemRootKey, COMMAND.authenticate],
]);
/** A payload this short names a key or says a status. */
const NO_KEY_BYTES = 2;
/** Commands whose payload begins with two addresses. */
const RANGED: ReadonlySet<number> = new Set<number>([
  ...[COMMAND.erase, COMMAND.write, COMMAND.read, COMMAND.crc],
]);
const PAYLOAD_AT = 4;

/** Frames of the RA boot protocol in words; the same frames carry RX's commands. */
export const raBootDecoder = (): FrameDecoder => decoderFor(undefined);
export const rxBootDecoder = (): FrameDecoder => decoderFor(RX_NAMES);

/** Operations whose keys are marked in these frames. */
export const RA_KEY_OPERATIONS = [
  ...(['set-user-key', 'inject-key', 'move-lifecycle', 'inject-oem-root-key'] as const),
] as const;

/** For a part that speaks another protocol beside it. */
export const takeRaFrame: TakeFrame = (bytes, at, direction) => take(bytes, at, direction, undefined);

const decoderFor = (names: CommandNames | undefined): FrameDecoder =>
  framedDecoder((bytes, at, direction) => take(bytes, at, direction, names), RA_KEY_OPERATIONS);

/** Both kinds of frame are known both ways: an adapter that echoes shows a host's own frames as received. */
function take(bytes: Uint8Array, at: number, direction: Direction, names: CommandNames | undefined): Taken {
  const start = bytes[at];
  if (start !== SOH && start !== SOD) return 'garbage';
  const [high, low] = [bytes[at + 1], bytes[at + 2]];
  if (high === undefined) return 'incomplete';
  if (high > MAX_LENGTH_FIELD >> 8) return 'garbage';
  if (low === undefined) return 'incomplete';
  const length = (high << 8) | low;
  if (length === 0 || length > MAX_LENGTH_FIELD) return 'garbage';
  const size = length - 1 + FRAME_OVERHEAD;
  const end = bytes[at + size - 1];
  if (end === undefined) return 'incomplete';
  if (end !== ETX) return 'garbage';
  const frame = bytes.subarray(at, at + size);
  const fault = checksum(frame, 1, size - 2) !== frame[size - 2];
  const code = frame[3] ?? 0;
  const payload = frame.subarray(PAYLOAD_AT, size - 2);
  const secret = secretOf(code & ~ERROR_BIT, payload.length);
  const words = describe(start === SOH, direction, code, payload, names);
  if (fault) return { size, fault, secret, title: 'Damaged frame', detail: words.title };
  return { size, fault, secret, ...words, detail: secret === 'none' ? words.detail : 'Key material' };
}

function secretOf(command: number, payload: number): Secret {
  if (!KEY_COMMANDS.has(command) || payload <= NO_KEY_BYTES) return 'none';
  return [[PAYLOAD_AT, PAYLOAD_AT + payload]];
}

interface Words {
  title: string;
  detail: string;
}

function describe(
  isCommand: boolean,
  direction: Direction,
  code: number,
  payload: Uint8Array,
  names: CommandNames | undefined,
): Words {
  const command = code & ~ERROR_BIT;
  const name = `${hex(command)} ${nameOf(command, names)}`;
  if (isCommand) return { title: `Command ${name}`, detail: rangeOf(command, payload) };
  if ((code & ERROR_BIT) !== 0) return { title: `Refused ${name}`, detail: statusOf(payload) };
  if (payload.length === 1)
    return { title: `${payload[0] === 0 ? 'OK' : 'Data'} ${name}`, detail: statusOf(payload) };
  const way = direction === 'sent' ? 'Data' : 'Answer';
  return { title: `${way} ${name}, ${payload.length.toLocaleString('en')} B`, detail: '' };
}

function nameOf(command: number, names: CommandNames | undefined): string {
  const name = commandName(command, names);
  return name === hex(command) ? 'unlisted' : name;
}

function rangeOf(command: number, payload: Uint8Array): string {
  if (!RANGED.has(command) || payload.length < 8) return '';
  const view = Buffer.from(payload);
  return `${hex(view.readUInt32BE(0), 8)} to ${hex(view.readUInt32BE(4), 8)}`;
}

const statusOf = (payload: Uint8Array): string => {
  const status = payload[0] ?? 0;
  return `${hex(status)} ${STATUS[status] ?? 'unlisted'}`;
};
