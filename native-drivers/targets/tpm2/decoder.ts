import {
  framedDecoder,
  type Direction,
  type FrameDecoder,
  type Secret,
  type Taken,
} from '#drivers/core/decoder.ts';
import { CC, HEADER_BYTES, LONGEST_RESPONSE, TAG } from '#drivers/protocols/tpm2/constants.ts';

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(CC).map(([name, code]) => [code, name]));
/** A sensitive area without a password and without data: two sizes of zero, behind its own. */
const NO_SECRET_BYTES = 4;

/** Commands and responses; what is sealed, unsealed and set as an authorization is key material. */
export function tpmDecoder(): FrameDecoder {
  let last = 0;
  return framedDecoder((bytes, at, direction) => {
    const frame = frameAt(bytes, at);
    if (typeof frame === 'string') return frame;
    const code = frame.readUInt32BE(6);
    if (direction === 'sent') last = code;
    return {
      size: frame.length,
      ...wordsOf(code, last, direction),
      secret: secretOf(frame, last, direction),
      fault: false,
    };
  });
}

function frameAt(bytes: Uint8Array, at: number): Buffer | Exclude<Taken, object> {
  const rest = Buffer.from(bytes.subarray(at));
  if (rest[0] !== TAG.noSessions >> 8) return 'garbage';
  if (rest.length < HEADER_BYTES) return 'incomplete';
  const [tag, size] = [rest.readUInt16BE(0), rest.readUInt32BE(2)];
  const isTag = tag === TAG.noSessions || tag === TAG.sessions;
  if (!isTag || size < HEADER_BYTES || size > LONGEST_RESPONSE) return 'garbage';
  return rest.length < size ? 'incomplete' : rest.subarray(0, size);
}

function wordsOf(code: number, last: number, direction: Direction): { title: string; detail: string } {
  const hex = `0x${code.toString(16).padStart(3, '0')}`;
  if (direction === 'sent') return { title: `Command ${hex} ${NAMES.get(code) ?? ''}`.trimEnd(), detail: '' };
  const detail = `to ${NAMES.get(last) ?? 'a command'}`;
  return { title: code === 0 ? 'Done' : `Refused ${hex}`, detail };
}

function secretOf(frame: Buffer, last: number, direction: Direction): Secret {
  const body = [[HEADER_BYTES, frame.length]] as const;
  if (direction === 'received') return last === CC.unseal ? body : 'none';
  if (last === CC.hierarchyChangeAuth) return body;
  return last === CC.createPrimary && hasSensitive(frame) ? body : 'none';
}

/** Handle, sessions with their size before them, then the sensitive area. Whatever cannot be told counts as one. */
function hasSensitive(frame: Buffer): boolean {
  const sessions = HEADER_BYTES + 4;
  if (frame.length < sessions + 4) return true;
  const at = sessions + 4 + frame.readUInt32BE(sessions);
  return at + 2 > frame.length || frame.readUInt16BE(at) > NO_SECRET_BYTES;
}
