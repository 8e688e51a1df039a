import { createHash } from 'node:crypto';
import { bytesOf, children, contentOf, readElement, TAG, writeElement, type Element } from './der.ts';

/** DER of a certificate's subject (RFC 5280 section 4.1); null when this is no certificate. */
export function subjectOf(certificate: Uint8Array): Uint8Array | null {
  const whole = readElement(certificate, 0);
  const tbs = whole === null ? undefined : children(certificate, whole)?.[0];
  const fields = tbs === undefined ? null : children(certificate, tbs);
  if (fields === null) return null;
  // version is optional; then serial, algorithm, issuer, validity, subject.
  const subject = fields[fields[0]?.tag === TAG.version ? 5 : 4];
  return subject?.tag === TAG.sequence ? bytesOf(certificate, subject) : null;
}

/**
 * The name under which OpenSSL looks for a CA in a directory: eight hex digits of SHA-1 over the canonical subject
 * (OpenSSL X509_NAME_hash and crypto/x509/x_name.c: values in UTF-8, lower case, blanks collapsed, no outer SEQUENCE).
 */
export function subjectHash(subject: Uint8Array): string | null {
  const whole = readElement(subject, 0);
  const rdns = whole === null ? null : children(subject, whole);
  if (rdns === null) return null;
  const canonical = rdns.map((rdn) => canonicalRdn(subject, rdn));
  if (!canonical.every((rdn) => rdn !== null)) return null;
  const digest = createHash('sha1').update(Buffer.concat(canonical)).digest();
  return digest.readUInt32LE(0).toString(16).padStart(8, '0');
}

function canonicalRdn(bytes: Uint8Array, rdn: Element): Buffer | null {
  const attributes = children(bytes, rdn)?.map((attribute) => canonicalAttribute(bytes, attribute));
  if (attributes?.every((attribute) => attribute !== null) !== true) return null;
  return writeElement(TAG.set, Buffer.concat(attributes.sort((a, b) => Buffer.compare(a, b))));
}

function canonicalAttribute(bytes: Uint8Array, attribute: Element): Buffer | null {
  const [type, value] = children(bytes, attribute) ?? [];
  if (type === undefined || value === undefined) return null;
  return writeElement(TAG.sequence, Buffer.concat([bytesOf(bytes, type), canonicalValue(bytes, value)]));
}

function canonicalValue(bytes: Uint8Array, value: Element): Uint8Array {
  const text = decode(value.tag, Buffer.from(contentOf(bytes, value)));
  if (text === null) return bytesOf(bytes, value);
  const plain = text
    .replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, '')
    .replace(/[ \t\n\v\f\r]+/g, ' ')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return writeElement(TAG.utf8String, Buffer.from(plain, 'utf8'));
}

/** Text of the string types that OpenSSL makes canonical; null for any other type. */
function decode(tag: number, content: Buffer): string | null {
  switch (tag) {
    case TAG.utf8String:
      return content.toString('utf8');
    case TAG.printableString:
    case TAG.t61String:
    case TAG.ia5String:
    case TAG.visibleString:
      return content.toString('latin1');
    case TAG.bmpString:
      return Buffer.from(content).swap16().toString('utf16le');
    default:
      return null;
  }
}
