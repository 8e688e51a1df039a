/** Label and DER of each block of a PEM file (RFC 7468); text between blocks is passed over. */
export function* pemBlocks(text: string, label: string): Generator<Buffer> {
  const pattern = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`, 'g');
  for (const [, body] of text.matchAll(pattern)) yield Buffer.from(body ?? '', 'base64');
}

/** One block, 64 characters a line. */
export function toPem(der: Uint8Array, label: string): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
