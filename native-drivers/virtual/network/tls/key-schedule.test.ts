import { describe, expect, it } from 'vitest';
import {
  applicationSecrets,
  expandLabel,
  finishedMac,
  handshakeSecrets,
  nextSecret,
  trafficKeys,
} from './key-schedule.ts';
import { Opener, Sealer } from './protection.ts';
import { RecordParser } from './record-parser.ts';
import { hex, rfc8448, rfc8448Offer } from './rfc8448.test-support.ts';
import { digest, suiteOf } from './suites.ts';

const suite = suiteOf(0x1301)!;
const { clientHello, serverHello } = rfc8448;
const server = hex('c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f');
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function upToServerHello() {
  const shared = rfc8448Offer().share.agree(server);
  return { shared, ...handshakeSecrets(suite, shared, digest(suite, clientHello, serverHello)) };
}

/** The server's four messages, out of their record. */
function flight(): Buffer {
  const [record] = new RecordParser().push(rfc8448.serverFlight);
  return new Opener(suite, upToServerHello().server).open(record!).content;
}

describe('key schedule, RFC 8448 section 3', () => {
  it('agrees and derives the secrets of the handshake', () => {
    const { shared, handshake, client, server: own } = upToServerHello();
    expect(text(shared)).toBe('8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d');
    expect(text(handshake)).toBe('1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac');
    expect(text(client)).toBe('b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21');
    expect(text(own)).toBe('b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38');
  });

  it('derives key and nonce base of each direction', () => {
    const { client, server: own } = upToServerHello();
    expect(text(trafficKeys(suite, own).key)).toBe('3fce516009c21727d0f2e4e86ee403bc');
    expect(text(trafficKeys(suite, own).iv)).toBe('5d313eb2671276ee13000b30');
    expect(text(trafficKeys(suite, client).key)).toBe('dbfaa693d1762c5b666af5d950258d01');
    expect(text(trafficKeys(suite, client).iv)).toBe('5bd3c71b836e0b76bb73265f');
  });

  it('makes both Finished messages and the secrets of the application data', () => {
    const { handshake, client, server: own } = upToServerHello();
    const messages = flight();
    const finished = messages.subarray(-32);
    const before = messages.subarray(0, -36);
    expect(text(finishedMac(suite, own, digest(suite, clientHello, serverHello, before)))).toBe(
      text(finished),
    );
    const transcript = digest(suite, clientHello, serverHello, messages);
    expect(text(finishedMac(suite, client, transcript))).toBe(
      'a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61',
    );
    const application = applicationSecrets(suite, handshake, transcript);
    expect(text(application.client)).toBe('9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5');
    expect(text(application.server)).toBe('a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643');
  });

  it('renews a secret by its own label', () => {
    const secret = Buffer.alloc(32, 1);
    expect(text(nextSecret(suite, secret))).toBe(
      text(expandLabel(suite, secret, 'traffic upd', Buffer.alloc(0), 32)),
    );
    expect(text(nextSecret(suite, secret))).not.toBe(text(secret));
  });

  it('expands beyond one block', () => {
    const long = expandLabel(suite, Buffer.alloc(32, 7), 'long', Buffer.alloc(0), 80);
    expect(long).toHaveLength(80);
    expect(new Set([text(long.subarray(0, 32)), text(long.subarray(32, 64))]).size).toBe(2);
  });
});

describe('record protection', () => {
  it('seals the client Finished of RFC 8448 to the byte', () => {
    const { client } = upToServerHello();
    const finished = hex('14000020a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61');
    expect(text(new Sealer(suite, client).seal(22, finished))).toBe(text(rfc8448.clientFinished));
  });

  it.each([0x1301, 0x1302])('opens what it sealed, in order and no other (suite %i)', (id) => {
    const own = suiteOf(id)!;
    const secret = Buffer.alloc(own.hashBytes, 3);
    const sealer = new Sealer(own, secret);
    const bytes = Buffer.concat([sealer.seal(23, Buffer.from('one')), sealer.seal(21, Buffer.from('two'))]);
    const [first, second] = [...new RecordParser().push(bytes)];
    const opener = new Opener(own, secret);
    expect(opener.open(first!)).toEqual({ type: 23, content: Buffer.from('one') });
    expect(opener.open(second!)).toEqual({ type: 21, content: Buffer.from('two') });
    expect(() => new Opener(own, secret).open(second!)).toThrow(
      expect.objectContaining({ code: 'bad-record', alert: 'bad_record_mac' }),
    );
  });
});
