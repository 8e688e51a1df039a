import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { number, Reader, vector } from './bytes.ts';
import { certificateMessage, certificateVerifyMessage } from './client-flight.ts';
import { makeOffer, retryOffer } from './client-hello.ts';
import { Group, MAX_HANDSHAKE, RETRY_RANDOM } from './constants.ts';
import { HandshakeParser } from './handshake-parser.ts';
import { newKeyShare } from './key-share.ts';
import { plainRecord } from './protection.ts';
import { RecordParser } from './record-parser.ts';
import {
  checkSessionTicket,
  parseCertificate,
  parseCertificateRequest,
  parseCertificateVerify,
  parseEncryptedExtensions,
  parseKeyUpdate,
} from './server-flight.ts';
import { parseServerHello } from './server-hello.ts';
import { TlsError } from './tls-error.ts';

const bytes = (maxLength: number, minLength = 0) => fc.uint8Array({ minLength, maxLength });
const cuts = fc.array(fc.nat(4000), { maxLength: 20 });

function split(whole: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...at.map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return places.slice(1).map((end, index) => whole.subarray(places[index], end));
}

/** Code of the TlsError that `act` throws; anything else fails the test. */
function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof TlsError) return `${error.code}/${error.alert ?? ''}`;
    throw error;
  }
  return 'none';
}

describe('record parser', () => {
  const records = fc.array(fc.tuple(fc.constantFrom(20, 21, 22, 23), bytes(300)), { maxLength: 8 });

  it('finds the same records in any pieces', () => {
    fc.assert(
      fc.property(records, cuts, (list, at) => {
        const whole = Buffer.concat(list.map(([type, fragment]) => plainRecord(type, fragment)));
        const parser = new RecordParser();
        const found = split(whole, at).flatMap((piece) => [...parser.push(piece)]);
        expect(found.map(({ type, fragment }) => [type, [...fragment]])).toEqual(
          list.map(([type, fragment]) => [type, [...fragment]]),
        );
        expect(parser.held).toBe(0);
      }),
    );
  });

  it.each([
    ['a type that is none', [24, 3, 3, 0, 1, 0], 'unexpected/unexpected_message'],
    ['a record in clear that is too long', [22, 3, 3, 0x40, 0x01], 'bad-record/record_overflow'],
    ['an encrypted record that is too long', [23, 3, 3, 0x41, 0x01], 'bad-record/record_overflow'],
    ['the longest encrypted record', [23, 3, 3, 0x41, 0x00], 'none'],
  ])('judges %s by its header', (_what, header, expected) => {
    expect(codeOf(() => [...new RecordParser().push(Buffer.from(header))])).toBe(expected);
  });
});

describe('handshake parser', () => {
  const messages = fc.array(fc.tuple(fc.nat(255), bytes(500)), { minLength: 1, maxLength: 6 });

  it('joins fragments of any size, and knows whether something is left', () => {
    fc.assert(
      fc.property(messages, cuts, (list, at) => {
        const whole = Buffer.concat(
          list.map(([type, body]) => Buffer.concat([Buffer.of(type), vector(3, body)])),
        );
        const parser = new HandshakeParser();
        const pieces = split(whole, at).filter(({ length }) => length > 0);
        const found = pieces.flatMap((piece) => [...parser.push(piece)]);
        expect(found.map(({ type, body }) => [type, [...body]])).toEqual(
          list.map(([type, body]) => [type, [...body]]),
        );
        expect(Buffer.concat(found.map(({ raw }) => raw)).equals(whole)).toBe(true);
        expect(parser.isEmpty).toBe(true);
        expect([...parser.push(Buffer.of(1, 0))]).toEqual([]);
        expect(parser.isEmpty).toBe(false);
      }),
    );
  });

  it('takes no empty fragment and no message without end', () => {
    expect(codeOf(() => [...new HandshakeParser().push(Buffer.alloc(0))])).toBe(
      'unexpected/unexpected_message',
    );
    const endless = Buffer.concat([Buffer.of(11), number(3, MAX_HANDSHAKE)]);
    expect(codeOf(() => [...new HandshakeParser().push(endless)])).toBe('malformed/decode_error');
  });
});

describe('the messages of the server', () => {
  const parsers: [string, (body: Uint8Array) => unknown][] = [
    ['ServerHello', (body) => parseServerHello(body, new Set([43, 51]))],
    ['EncryptedExtensions', (body) => parseEncryptedExtensions(body, new Set([0, 10, 16]))],
    ['CertificateRequest', parseCertificateRequest],
    ['Certificate', parseCertificate],
    ['CertificateVerify', parseCertificateVerify],
    ['KeyUpdate', parseKeyUpdate],
    ['NewSessionTicket', checkSessionTicket],
  ];

  it.each(parsers)('%s of any bytes is read or refused by a TlsError', (_name, parse) => {
    fc.assert(fc.property(bytes(120), (body) => void codeOf(() => parse(body))));
  });

  const extension = (type: number, body: Uint8Array) => Buffer.concat([number(2, type), vector(2, body)]);
  const version = extension(43, number(2, 0x0304));
  const x25519 = newKeyShare(Group.x25519).publicKey;
  const keyShare = extension(51, Buffer.concat([number(2, Group.x25519), vector(2, x25519)]));
  const retryShare = extension(51, number(2, Group.secp256r1));

  function hello(parts: {
    random?: Buffer;
    session?: Uint8Array;
    suite?: number;
    compression?: number;
    extensions?: Uint8Array[];
    legacy?: number;
  }): Buffer {
    const {
      random = Buffer.alloc(32, 9),
      session = Buffer.alloc(0),
      suite = 0x1301,
      compression = 0,
    } = parts;
    const { extensions = [version, keyShare], legacy = 0x0303 } = parts;
    return Buffer.concat([
      number(2, legacy),
      random,
      vector(1, session),
      number(2, suite),
      Buffer.of(compression),
      vector(2, ...extensions),
    ]);
  }
  const offered = new Set([0, 10, 13, 43, 50, 51]);
  const cookie = extension(44, vector(2, Buffer.from('crumbs')));

  it('are a hello or a request for another', () => {
    expect(parseServerHello(hello({}), offered)).toMatchObject({ kind: 'hello', group: Group.x25519 });
    const random = RETRY_RANDOM;
    const retry = (...extensions: Buffer[]) => parseServerHello(hello({ random, extensions }), offered);
    expect(retry(version, retryShare)).toMatchObject({ kind: 'retry', group: Group.secp256r1, cookie: null });
    expect(retry(version, cookie)).toMatchObject({ group: null, cookie: Buffer.from('crumbs') });
    expect(codeOf(() => retry(version))).toBe('illegal/illegal_parameter');
    expect(codeOf(() => retry(version, extension(51, number(2, 0x0018))))).toBe('illegal/illegal_parameter');
  });

  it.each<[string, Parameters<typeof hello>[0], string]>([
    ['no version', { extensions: [keyShare] }, 'protocol-version/protocol_version'],
    ['an old record of versions', { legacy: 0x0302 }, 'protocol-version/protocol_version'],
    [
      'another version',
      { extensions: [extension(43, number(2, 0x0303)), keyShare] },
      'illegal/illegal_parameter',
    ],
    ['a suite that was not offered', { suite: 0x1303 }, 'illegal/illegal_parameter'],
    ['a session', { session: Buffer.from('old') }, 'illegal/illegal_parameter'],
    ['compression', { compression: 1 }, 'illegal/illegal_parameter'],
    ['no key share', { extensions: [version] }, 'illegal/missing_extension'],
    ['an extension twice', { extensions: [version, keyShare, version] }, 'illegal/illegal_parameter'],
    [
      'an extension that was not asked for',
      { extensions: [version, keyShare, extension(41, number(2, 0))] },
      'illegal/unsupported_extension',
    ],
    [
      'an extension of another message',
      { extensions: [version, keyShare, extension(10, number(2, 0))] },
      'illegal/illegal_parameter',
    ],
    ['a cookie in a hello', { extensions: [version, keyShare, cookie] }, 'illegal/unsupported_extension'],
  ])('are refused with %s', (_what, parts, expected) => {
    expect(codeOf(() => parseServerHello(hello(parts), offered))).toBe(expected);
  });

  it('ask for a certificate by naming schemes', () => {
    const schemes = extension(13, vector(2, number(2, 0x0403), number(2, 0x0804)));
    const request = (context: string, ...extensions: Uint8Array[]) =>
      Buffer.concat([vector(1, Buffer.from(context)), vector(2, ...extensions)]);
    expect(parseCertificateRequest(request('', schemes))).toEqual([0x0403, 0x0804]);
    expect(codeOf(() => parseCertificateRequest(request('x', schemes)))).toBe('illegal/illegal_parameter');
    expect(codeOf(() => parseCertificateRequest(request('')))).toBe('illegal/missing_extension');
  });

  it('renew a key by one byte', () => {
    expect([parseKeyUpdate(Buffer.of(0)), parseKeyUpdate(Buffer.of(1))]).toEqual([false, true]);
    expect(codeOf(() => parseKeyUpdate(Buffer.of(2)))).toBe('illegal/illegal_parameter');
    expect(codeOf(() => parseKeyUpdate(Buffer.of(0, 0)))).toBe('malformed/decode_error');
  });
});

describe('the messages of the client', () => {
  it('are read back by the parsers of their kind', () => {
    fc.assert(
      fc.property(fc.array(bytes(900, 1), { minLength: 1, maxLength: 4 }), bytes(80), (chain, signature) => {
        const body = (message: Uint8Array) => message.subarray(4);
        expect(parseCertificate(body(certificateMessage(chain))).map((der) => [...der])).toEqual(
          chain.map((der) => [...der]),
        );
        const verify = parseCertificateVerify(body(certificateVerifyMessage(signature)));
        expect(verify).toEqual({ scheme: 0x0403, signature: Buffer.from(signature) });
      }),
    );
  });

  const extensionsIn = (message: Buffer) => {
    const reader = new Reader(message.subarray(4));
    reader.take(34);
    reader.vector(1);
    reader.vector(2);
    reader.vector(1);
    const list = new Reader(reader.vector(2));
    reader.end();
    const found = new Map<number, string>();
    while (!list.isAtEnd) found.set(list.number(2), list.vector(2).toString('hex'));
    return found;
  };

  it('name the server, but never by its address', () => {
    expect(extensionsIn(makeOffer({ host: 'a.test' }).message).get(0)).toBe('0009000006612e74657374');
    expect(extensionsIn(makeOffer({ host: '::1' }).message).has(0)).toBe(false);
    expect(extensionsIn(makeOffer({ host: '10.0.0.1' }).message).has(0)).toBe(false);
  });

  it('say hello again with the same random, the other group and the cookie', () => {
    const first = makeOffer({ host: 'a.test' });
    const second = retryOffer(first, { group: Group.secp256r1, cookie: Buffer.from('crumbs') });
    expect(second.random).toEqual(first.random);
    expect(second.share.group).toBe(Group.secp256r1);
    const [before, after] = [extensionsIn(first.message), extensionsIn(second.message)];
    expect(after.get(44)).toBe('00066372756d6273');
    expect(after.get(51)?.slice(4, 8)).toBe('0017');
    for (const type of [0, 10, 13, 43, 50]) expect(after.get(type)).toBe(before.get(type));
  });
});

describe('key shares', () => {
  it.each([Group.x25519, Group.secp256r1])('agree with each other (group %i)', (group) => {
    const [one, two] = [newKeyShare(group), newKeyShare(group)];
    expect(one.agree(two.publicKey).equals(two.agree(one.publicKey))).toBe(true);
  });

  it.each([
    ['X25519, all zeros', Group.x25519, Buffer.alloc(32)],
    ['X25519, of low order', Group.x25519, Buffer.from([1, ...Buffer.alloc(31)])],
    ['X25519, too short', Group.x25519, Buffer.alloc(31, 9)],
    ['P-256, off the curve', Group.secp256r1, Buffer.from([4, ...Buffer.alloc(64, 1)])],
    ['P-256, compressed', Group.secp256r1, Buffer.from([2, ...Buffer.alloc(32, 1)])],
    ['P-256, at infinity', Group.secp256r1, Buffer.alloc(65)],
  ])('refuse a point that gives no secret: %s', (_what, group, point) => {
    expect(codeOf(() => newKeyShare(group).agree(point))).toBe('illegal/illegal_parameter');
  });
});
