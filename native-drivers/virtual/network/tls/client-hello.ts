import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { number, vector } from './bytes.ts';
import { ExtensionType, Group, HandshakeType, LEGACY_VERSION, TLS_1_3 } from './constants.ts';
import { newKeyShare, type KeyShare } from './key-share.ts';
import { CERTIFICATE_SCHEMES, HANDSHAKE_SCHEMES } from './signatures.ts';
import { SUITES } from './suites.ts';

/** What a client asks for. */
export interface Wishes {
  /** Name or address of the server; a name is sent along (SNI, RFC 6066, 3). */
  host: string;
  /** First choice first; the first gets a key share at once. Default X25519, then P-256. */
  groups?: readonly [Group, ...Group[]];
  /** ALPN (RFC 7301), or none. */
  applicationProtocols?: readonly string[];
}

/** A ClientHello as sent, with what is needed to understand the answer. */
export interface Offer {
  wishes: Wishes;
  random: Buffer;
  share: KeyShare;
  groups: readonly Group[];
  /** Types of the extensions sent: the server may answer no others. */
  extensions: ReadonlySet<number>;
  message: Buffer;
}

const DEFAULT_GROUPS: readonly [Group, ...Group[]] = [Group.x25519, Group.secp256r1];

/** A first ClientHello (RFC 8446, 4.1.2). */
export function makeOffer(wishes: Wishes): Offer {
  const groups = wishes.groups ?? DEFAULT_GROUPS;
  return build({ wishes, groups, random: randomBytes(32), share: newKeyShare(groups[0]) });
}

/** The second ClientHello, after a HelloRetryRequest: the same but for the key share and the cookie. */
export function retryOffer(offer: Offer, retry: { group: Group | null; cookie: Buffer | null }): Offer {
  const share = retry.group === null ? offer.share : newKeyShare(retry.group);
  return build({ ...offer, share }, retry.cookie);
}

type Draft = Omit<Offer, 'message' | 'extensions'>;

function build(draft: Draft, cookie: Buffer | null = null): Offer {
  const extensions = extensionsOf(draft, cookie);
  const body = [
    number(2, LEGACY_VERSION),
    draft.random,
    vector(1), // legacy_session_id: no compatibility mode
    vector(2, ...SUITES.map(({ id }) => number(2, id))),
    vector(1, Buffer.of(0)), // legacy_compression_methods
    vector(2, ...extensions.map(([type, ...parts]) => Buffer.concat([number(2, type), vector(2, ...parts)]))),
  ];
  const message = Buffer.concat([Buffer.of(HandshakeType.clientHello), vector(3, ...body)]);
  return { ...draft, message, extensions: new Set(extensions.map(([type]) => type)) };
}

type Extension = [type: number, ...parts: Uint8Array[]];

function extensionsOf({ wishes, groups, share }: Draft, cookie: Buffer | null): Extension[] {
  const numbers = (list: readonly number[]) => vector(2, ...list.map((value) => number(2, value)));
  const keyShare = Buffer.concat([number(2, share.group), vector(2, share.publicKey)]);
  const list: Extension[] = [
    [ExtensionType.supportedVersions, vector(1, number(2, TLS_1_3))],
    [ExtensionType.supportedGroups, numbers(groups)],
    [ExtensionType.signatureAlgorithms, numbers(HANDSHAKE_SCHEMES)],
    [ExtensionType.signatureAlgorithmsCert, numbers(CERTIFICATE_SCHEMES)],
    [ExtensionType.keyShare, vector(2, keyShare)],
  ];
  const { host, applicationProtocols = [] } = wishes;
  if (isIP(host) === 0) {
    const name = Buffer.concat([Buffer.of(0), vector(2, Buffer.from(host, 'ascii'))]);
    list.push([ExtensionType.serverName, vector(2, name)]);
  }
  if (applicationProtocols.length > 0) {
    const names = applicationProtocols.map((name) => vector(1, Buffer.from(name, 'ascii')));
    list.push([ExtensionType.applicationProtocols, vector(2, ...names)]);
  }
  if (cookie !== null) list.push([ExtensionType.cookie, vector(2, cookie)]);
  return list;
}
