/** One element of DER (X.690 section 10): where it lies in the bytes it was read from. */
export interface Element {
  tag: number;
  start: number;
  contentStart: number;
  end: number;
}

/** Reads the element at an offset; null when the bytes are no DER there, or end before it does. */
export function readElement(bytes: Uint8Array, start: number): Element | null {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined) return null;
  if (first < 0x80) return within(bytes, { tag, start, contentStart: start + 2, end: start + 2 + first });
  const size = first & 0x7f;
  // Four length bytes reach 4 GiB; more, or the indefinite form, is not DER of anything that comes here.
  if (size === 0 || size > 4) return null;
  let length = 0;
  for (let index = 0; index < size; index += 1) length = length * 256 + (bytes[start + 2 + index] ?? 0);
  const contentStart = start + 2 + size;
  return within(bytes, { tag, start, contentStart, end: contentStart + length });
}

function within(bytes: Uint8Array, element: Element): Element | null {
  return element.end <= bytes.length ? element : null;
}

/** The elements inside a constructed one; null when its content is not a row of elements. */
export function children(bytes: Uint8Array, parent: Element): Element[] | null {
  const inside: Element[] = [];
  for (let at = parent.contentStart; at < parent.end;) {
    const element = readElement(bytes, at);
    if (element === null || element.end > parent.end) return null;
    inside.push(element);
    at = element.end;
  }
  return inside;
}

/** The whole element, tag and length included. */
export const bytesOf = (bytes: Uint8Array, element: Element): Uint8Array =>
  bytes.subarray(element.start, element.end);

/** What is inside it. */
export const contentOf = (bytes: Uint8Array, element: Element): Uint8Array =>
  bytes.subarray(element.contentStart, element.end);

/** Writes tag, length and content. */
export function writeElement(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 3;
  const head = Buffer.alloc(2 + size);
  head[0] = tag;
  head[1] = 0x80 | size;
  head.writeUIntBE(length, 2, size);
  return Buffer.concat([head, content]);
}

/** DER tags (X.680 section 8) that certificates, names and lists of revoked certificates use here. */
export const TAG = {
  integer: 0x02,
  utf8String: 0x0c,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
} as const;
