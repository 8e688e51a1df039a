/** Tags used by X.509 and PKCS #10 (ITU-T X.680, 8.4; RFC 5280, appendix A). */
export const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  context0: 0xa0,
  context3: 0xa3,
} as const;

/** One element as it stands in the bytes; the views share the input's memory. */
export interface DerElement {
  tag: number;
  content: Buffer;
  raw: Buffer;
}

/** Bytes that are not the DER that was expected; `offset` counts from the start of the element's parent. */
export class DerError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = 'DerError';
    this.offset = offset;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Length octets, strict: definite, shortest form, at most 4 octets (ITU-T X.690, 10.1). */
function readLength(bytes: Buffer, offset: number): { length: number; next: number } {
  const first = bytes[offset];
  if (first === undefined) throw new DerError('Length is missing', offset);
  if (first < 0x80) return { length: first, next: offset + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 4 || offset + 1 + count > bytes.length)
    throw new DerError('Length is indefinite, too long or cut off', offset);
  const length = bytes.readUIntBE(offset + 1, count);
  if (length < 0x80 || bytes[offset + 1] === 0) throw new DerError('Length is not in shortest form', offset);
  return { length, next: offset + 1 + count };
}

function readAt(bytes: Buffer, offset: number): DerElement {
  const tag = bytes[offset];
  if (tag === undefined || (tag & 0x1f) === 0x1f) throw new DerError('Tag is missing or multi-byte', offset);
  const { length, next } = readLength(bytes, offset + 1);
  if (next + length > bytes.length) throw new DerError('Content is cut off', offset);
  return { tag, content: bytes.subarray(next, next + length), raw: bytes.subarray(offset, next + length) };
}

/** Reads exactly one element: anything behind it is refused, so nothing can hide after a certificate. */
export function readDer(bytes: Uint8Array, tag: number): DerElement {
  const element = readAt(asBuffer(bytes), 0);
  if (element.tag !== tag) throw new DerError(`Tag ${element.tag} where ${tag} was expected`, 0);
  if (element.raw.length !== bytes.length) throw new DerError('Bytes after the element', element.raw.length);
  return element;
}

/** The elements inside a constructed one, in order. */
export function children(element: DerElement): DerElement[] {
  const found: DerElement[] = [];
  for (let at = 0; at < element.content.length;) {
    const child = readAt(element.content, at);
    found.push(child);
    at += child.raw.length;
  }
  return found;
}

/** The child at `index`, of tag `tag`. */
export function pick(elements: readonly DerElement[], index: number, tag: number): DerElement {
  const element = elements[index];
  if (element?.tag !== tag) throw new DerError(`Element ${index} is not of tag ${tag}`, index);
  return element;
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  if (length < 0x100) return Buffer.of(0x81, length);
  if (length < 0x10000) return Buffer.of(0x82, length >> 8, length & 0xff);
  const octets = Buffer.alloc(5, 0x84);
  octets.writeUInt32BE(length, 1);
  return octets[1] === 0 ? Buffer.concat([Buffer.of(0x83), octets.subarray(2)]) : octets;
}

/** One element of the parts' concatenation. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.of(tag), lengthOctets(length), ...parts]);
}

/** INTEGER of an unsigned big-endian number, in the shortest form (ITU-T X.690, 8.3.2). */
export function derUnsigned(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  return (digits[0] ?? 0) & 0x80 ? der(TAG.integer, Buffer.of(0), digits) : der(TAG.integer, digits);
}

/** BIT STRING of whole octets. */
export function derBits(bytes: Uint8Array): Buffer {
  return der(TAG.bitString, Buffer.of(0), bytes);
}

function base128(value: number): number[] {
  const octets = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    octets.unshift((rest & 0x7f) | 0x80);
  return octets;
}

/** OBJECT IDENTIFIER from dotted decimal; arcs up to 2^31 (ITU-T X.690, 8.19). */
export function derOid(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  if (first === undefined || second === undefined || [first, second, ...rest].some((n) => !(n >= 0)))
    throw new DerError(`Not an object identifier: ${dotted}`, 0);
  return der(TAG.oid, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** Dotted decimal of an OBJECT IDENTIFIER's content. */
export function oidText(content: Uint8Array): string {
  const arcs: number[] = [];
  let value = 0;
  for (const octet of content) {
    value = value * 128 + (octet & 0x7f);
    if (octet & 0x80) continue;
    arcs.push(value);
    value = 0;
  }
  const [head = 0, ...rest] = arcs;
  const first = Math.min(Math.floor(head / 40), 2);
  return [first, head - first * 40, ...rest].join('.');
}

/** UTCTime to 2049, GeneralizedTime after (RFC 5280, 4.1.2.5); whole seconds, UTC. */
export function derTime(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, '');
  return at.getUTCFullYear() < 2050
    ? der(TAG.utcTime, Buffer.from(digits.slice(2)))
    : der(TAG.generalizedTime, Buffer.from(digits));
}
