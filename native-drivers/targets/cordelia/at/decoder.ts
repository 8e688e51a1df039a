import type { Direction, Taken } from '#drivers/core/decoder.ts';
import { LONGEST_LINE } from './constants.ts';

const LF = 0x0a;
/** Commands whose arguments hold a password or a key. */
const SECRET = /^\s*at\+(wlanconnect|wlanprofileadd|set|filewrite)\b/i;

/** One line of text, either way. A password, a key file, and what echoes of them are blanked behind the command's name. */
export function takeAtLine(bytes: Uint8Array, at: number, direction: Direction): Taken {
  const end = bytes.indexOf(LF, at);
  if (end < 0) return bytes.length - at > LONGEST_LINE ? 'garbage' : 'incomplete';
  const size = end + 1 - at;
  const text = Buffer.from(bytes.subarray(at, end)).toString('utf8').trimEnd();
  const name = SECRET.exec(text)?.[0];
  if (name === undefined)
    return { size, title: text.slice(0, 100), detail: '', secret: 'none', fault: false };
  const title = `${name.trim()}=…`;
  const detail = direction === 'sent' ? 'arguments are not shown' : 'an echo; arguments are not shown';
  return { size, title, detail, secret: [[Buffer.byteLength(name), size]], fault: false };
}
