/** RFC 9285, 4.2: the characters of a QR code's alphanumeric mode, in its order. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const BASE = ALPHABET.length;

function digits(value: number, count: number): string {
  let text = '';
  for (let rest = value, at = 0; at < count; at++, rest = Math.floor(rest / BASE))
    text += ALPHABET[rest % BASE] ?? '';
  return text;
}

/** Two octets as three characters, a single one at the end as two (RFC 9285, 4). */
export function encodeBase45(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const [high, low] = [bytes[at] ?? 0, bytes[at + 1]];
    text += low === undefined ? digits(high, 2) : digits(high * 256 + low, 3);
  }
  return text;
}

function valueOf(characters: string): number {
  let value = 0;
  for (let at = characters.length - 1; at >= 0; at--) {
    const digit = ALPHABET.indexOf(characters.charAt(at));
    if (digit === -1) return Infinity;
    value = value * BASE + digit;
  }
  return value;
}

/** Null for a text that is no base45: wrong length, character, or a group beyond 65535 or 255. */
export function decodeBase45(text: string): Buffer | null {
  if (text.length % 3 === 1) return null;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 3) {
    const group = text.slice(at, at + 3);
    const value = valueOf(group);
    if (value > (group.length === 3 ? 0xffff : 0xff)) return null;
    if (group.length === 3) bytes.push(value >> 8);
    bytes.push(value & 0xff);
  }
  return Buffer.from(bytes);
}
