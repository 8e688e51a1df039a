/** Anything but plain JSON data has no canonical form. */
function refuse(what: string): never {
  throw new TypeError(`no canonical JSON for ${what}`);
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) refuse('a string with a lone surrogate');
  return JSON.stringify(text);
}

function canonicalObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) refuse('an object with a class');
  const members = Object.entries(value)
    // Property order is by UTF-16 code units (RFC 8785 section 3.2.3): what comparing strings does.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${canonicalString(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/**
 * JSON Canonicalization Scheme, RFC 8785: the one text of a value, to be hashed or signed. ECMAScript's own form of
 * numbers and strings is the one it prescribes (sections 3.2.2.2 and 3.2.2.3). Throws TypeError on anything that is
 * not plain JSON data: `undefined`, NaN, class instances, lone surrogates.
 */
export function canonicalJson(value: unknown): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'string':
      return canonicalString(value);
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : refuse(String(value));
    case 'object':
      // Array.from visits holes too, which are refused as `undefined`.
      return Array.isArray(value)
        ? `[${Array.from(value, canonicalJson).join(',')}]`
        : canonicalObject(value);
    default:
      return refuse(typeof value);
  }
}
