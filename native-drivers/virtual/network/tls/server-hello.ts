import { Reader, readAll, readList } from './bytes.ts';
import { ExtensionType, Group, LEGACY_VERSION, RETRY_RANDOM, TLS_1_3 } from './constants.ts';
import { suiteOf, type Suite } from './suites.ts';
import { fatal, illegal, malformed } from './tls-error.ts';

/** Contents by extension type. */
export type Extensions = ReadonlyMap<number, Buffer>;

/** Reads an extension list; the same type twice is illegal (RFC 8446, 4.2). */
export function parseExtensions(bytes: Uint8Array): Extensions {
  const list = readList(bytes, (reader) => [reader.number(2), reader.vector(2)] as const);
  const map = new Map(list);
  if (map.size !== list.length) throw illegal('An extension stands there twice.');
  return map;
}

/** Throws `unsupported_extension` for what was not asked for, `illegal_parameter` for what belongs elsewhere. */
export function allowOnly(
  extensions: Extensions,
  offered: ReadonlySet<number>,
  here: readonly number[],
): void {
  for (const type of extensions.keys()) {
    if (!offered.has(type) && !(type === ExtensionType.cookie && here.includes(type)))
      throw fatal('illegal', 'unsupported_extension', `Extension ${type} was not asked for.`);
    if (!here.includes(type)) throw illegal(`Extension ${type} has no place in this message.`);
  }
}

export type ServerHello =
  | { kind: 'hello'; suite: Suite; group: number; keyShare: Buffer }
  | { kind: 'retry'; suite: Suite; group: Group | null; cookie: Buffer | null };

interface Fields {
  random: Buffer;
  suiteId: number;
  extensions: Extensions;
}

/** ServerHello or HelloRetryRequest (RFC 8446, 4.1.3, 4.1.4), checked against what any client of ours offers. */
export function parseServerHello(body: Uint8Array, offered: ReadonlySet<number>): ServerHello {
  const { random, suiteId, extensions } = readAll(body, readFields);
  const isRetry = random.equals(RETRY_RANDOM);
  refuseOldVersion(extensions);
  const here = [ExtensionType.supportedVersions, ExtensionType.keyShare];
  allowOnly(extensions, offered, isRetry ? [...here, ExtensionType.cookie] : here);
  const suite = suiteOf(suiteId);
  if (suite === null) throw illegal('The server chose a cipher suite that was not offered.');
  return isRetry ? retryOf(suite, extensions) : helloOf(suite, extensions);
}

function readFields(reader: Reader): Fields {
  if (reader.number(2) !== LEGACY_VERSION) throw tooOld();
  const random = reader.take(32);
  const session = reader.vector(1);
  const suiteId = reader.number(2);
  const compression = reader.number(1);
  // A server of TLS 1.2 may end here.
  const extensions = reader.isAtEnd ? new Map<number, Buffer>() : parseExtensions(reader.vector(2));
  refuseOldVersion(extensions);
  if (session.length !== 0) throw illegal('The server echoes a session that was not named.');
  if (compression !== 0) throw illegal('The server wants to compress.');
  return { random, suiteId, extensions };
}

const tooOld = () => fatal('protocol-version', 'protocol_version', 'The server does not speak TLS 1.3.');

function refuseOldVersion(extensions: Extensions): void {
  const version = extensions.get(ExtensionType.supportedVersions);
  if (version === undefined) throw tooOld();
  if (version.length !== 2 || version.readUInt16BE(0) !== TLS_1_3)
    throw illegal('The server chose a version that was not offered.');
}

function helloOf(suite: Suite, extensions: Extensions): ServerHello {
  const entry = extensions.get(ExtensionType.keyShare);
  if (entry === undefined) throw fatal('illegal', 'missing_extension', 'The server sent no key share.');
  return readAll(entry, (reader) => {
    const group = reader.number(2);
    return { kind: 'hello', suite, group, keyShare: reader.vector(2) };
  });
}

function retryOf(suite: Suite, extensions: Extensions): ServerHello {
  const share = extensions.get(ExtensionType.keyShare);
  const cookie = extensions.get(ExtensionType.cookie);
  const group = share === undefined ? null : readAll(share, (reader) => groupOf(reader.number(2)));
  if (group === null && cookie === undefined) throw illegal('The server asks for the same hello again.');
  const value = cookie === undefined ? null : readAll(cookie, (reader) => reader.vector(2));
  if (value?.length === 0) throw malformed('A cookie is empty.');
  return { kind: 'retry', suite, group, cookie: value };
}

function groupOf(id: number): Group {
  const group = Object.values(Group).find((known) => known === id);
  if (group === undefined) throw illegal('The server asks for a group that was not offered.');
  return group;
}
