import { readAll, readList } from './bytes.ts';
import { ExtensionType } from './constants.ts';
import { allowOnly, parseExtensions } from './server-hello.ts';
import { fatal, illegal, malformed } from './tls-error.ts';

const inEncryptedExtensions = [
  ExtensionType.serverName,
  ExtensionType.supportedGroups,
  ExtensionType.applicationProtocols,
];

/** EncryptedExtensions (RFC 8446, 4.3.1): the application protocol chosen, or null. */
export function parseEncryptedExtensions(body: Uint8Array, offered: ReadonlySet<number>): string | null {
  const extensions = readAll(body, (reader) => parseExtensions(reader.vector(2)));
  const elsewhere = new Set<number>(Object.values(ExtensionType));
  // An extension that TLS itself does not define is the asker's own: it knows where it belongs.
  const foreign = [...offered].filter((type) => !elsewhere.has(type));
  allowOnly(extensions, offered, [...inEncryptedExtensions, ...foreign]);
  const chosen = extensions.get(ExtensionType.applicationProtocols);
  if (chosen === undefined) return null;
  const names = readList(
    readAll(chosen, (reader) => reader.vector(2)),
    (reader) => reader.vector(1),
  );
  if (names.length !== 1) throw illegal('The server chose more than one application protocol.');
  return names[0]?.toString('ascii') ?? null;
}

/** CertificateRequest (RFC 8446, 4.3.2): the schemes that the server takes a signature in. */
export function parseCertificateRequest(body: Uint8Array): number[] {
  const { context, extensions } = readAll(body, (reader) => ({
    context: reader.vector(1),
    extensions: parseExtensions(reader.vector(2)),
  }));
  if (context.length !== 0) throw illegal('A request in the handshake has no context.');
  const schemes = extensions.get(ExtensionType.signatureAlgorithms);
  if (schemes === undefined)
    throw fatal('illegal', 'missing_extension', 'The server names no signature scheme.');
  const list = readAll(schemes, (reader) => readList(reader.vector(2), (item) => item.number(2)));
  if (list.length === 0) throw malformed('The list of signature schemes is empty.');
  return list;
}

/** Certificate (RFC 8446, 4.4.2): the chain as sent, DER, the server's own first. */
export function parseCertificate(body: Uint8Array): Buffer[] {
  const { context, list } = readAll(body, (reader) => ({
    context: reader.vector(1),
    list: reader.vector(3),
  }));
  if (context.length !== 0) throw illegal('A certificate in the handshake has no context.');
  const chain = readList(list, (reader) => {
    const der = reader.vector(3);
    if (der.length === 0) throw malformed('A certificate is empty.');
    allowOnly(parseExtensions(reader.vector(2)), new Set(), []);
    return der;
  });
  if (chain.length === 0) throw malformed('The server sent no certificate.');
  return chain;
}

/** CertificateVerify (RFC 8446, 4.4.3). */
export function parseCertificateVerify(body: Uint8Array): { scheme: number; signature: Buffer } {
  return readAll(body, (reader) => ({ scheme: reader.number(2), signature: reader.vector(2) }));
}

/** KeyUpdate (RFC 8446, 4.6.3): whether the other side wants us to renew our key too. */
export function parseKeyUpdate(body: Uint8Array): boolean {
  const [request] = body;
  if (body.length !== 1) throw malformed('A KeyUpdate has one byte.');
  if (request !== 0 && request !== 1) throw illegal('A KeyUpdate asks for neither yes nor no.');
  return request === 1;
}

/** NewSessionTicket (RFC 8446, 4.6.1): read for its form only, sessions are not resumed. */
export function checkSessionTicket(body: Uint8Array): void {
  readAll(body, (reader) => {
    reader.take(8); // lifetime, age_add
    reader.vector(1); // nonce
    if (reader.vector(2).length === 0) throw malformed('A ticket is empty.');
    parseExtensions(reader.vector(2));
  });
}
