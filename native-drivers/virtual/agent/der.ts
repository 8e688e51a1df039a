/** DER (X.690) as far as a certification request needs it. */
export function tlv(tag: number, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
}

export const sequence = (...contents: Uint8Array[]): Buffer => tlv(0x30, ...contents);
export const set = (...contents: Uint8Array[]): Buffer => tlv(0x31, ...contents);
export const oid = (encoded: string): Buffer => tlv(0x06, Buffer.from(encoded, 'hex'));
export const integer = (value: number): Buffer => tlv(0x02, Buffer.of(value));
export const utf8String = (text: string): Buffer => tlv(0x0c, Buffer.from(text, 'utf8'));
export const printableString = (text: string): Buffer => tlv(0x13, Buffer.from(text, 'ascii'));
export const bitString = (bytes: Uint8Array): Buffer => tlv(0x03, Buffer.of(0), bytes);
/** `[0]` constructed, as CertificationRequestInfo.attributes. */
export const contextZero = (...contents: Uint8Array[]): Buffer => tlv(0xa0, ...contents);

/** Bytes of the first SEQUENCE with a two-byte length, or null: a certificate is always that long. */
export function firstCertificate(bytes: Uint8Array): Uint8Array | null {
  const view = Buffer.from(bytes);
  if (view.length < 4 || view.readUInt16BE(0) !== 0x3082) return null;
  const end = 4 + view.readUInt16BE(2);
  return end <= bytes.length ? bytes.subarray(0, end) : null;
}
