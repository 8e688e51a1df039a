import { describe, expect, it } from 'vitest';
import { Alert, ContentType, Group, HandshakeType, SignatureScheme } from './constants.ts';
import { plainRecord } from './protection.ts';
import { ScriptedServer, startClient } from './scripted-server.test-support.ts';

const signature = () => Promise.resolve(Buffer.from('signed by the chip'));
const keyUpdate = (request: number) => Buffer.from([HandshakeType.keyUpdate, 0, 0, 1, request]);
const compatibility = (byte = 1) => plainRecord(ContentType.changeCipherSpec, Buffer.of(byte));
const data = (text: string) => Buffer.from(text);

type Script = (server: ScriptedServer, offer: ReturnType<typeof startClient>['offer']) => Buffer[];

/** How a client ends under this script: the code of its error, or what it read. */
async function play(script: Script): Promise<string> {
  const server = new ScriptedServer();
  const { client, offer, story } = startClient(server, signature);
  for (const record of script(server, offer)) {
    client.receive(record);
    await Promise.resolve();
  }
  return story.error === null ? `read ${story.data}` : story.error.code;
}

describe('a client and what servers say', () => {
  it('answers an honest server with certificate, signature and Finished', async () => {
    const server = new ScriptedServer();
    const { client, offer, story, secure } = startClient(server, signature);
    client.receive(server.hello(offer));
    client.receive(server.flight());
    await secure;
    client.write(data('hello'));
    client.receive(server.seal(ContentType.applicationData, data('welcome')));
    client.close();
    const types = server.read(story.sent).map(({ type, content }) => [type, content[0]]);
    expect(types).toEqual([
      [ContentType.handshake, HandshakeType.certificate],
      [ContentType.handshake, HandshakeType.finished],
      [ContentType.applicationData, 'h'.charCodeAt(0)],
      [ContentType.alert, 1],
    ]);
    expect(story).toMatchObject({ data: 'welcome', marks: ['secure'], error: null });
  });

  it.each<[string, string, Script]>([
    [
      'compatibility and padding',
      'read late',
      (server, offer) => [
        server.hello(offer),
        compatibility(),
        server.flight(),
        server.seal(
          0,
          Buffer.concat([data('late'), Buffer.of(ContentType.applicationData), Buffer.alloc(40)]),
        ),
      ],
    ],
    [
      'an empty record of data',
      'read ',
      (server, offer) => [
        server.hello(offer),
        server.flight(),
        server.seal(ContentType.applicationData, data('')),
      ],
    ],
    [
      'data after close_notify',
      'read ',
      (server, offer) => [
        server.hello(offer),
        server.flight(),
        server.seal(ContentType.alert, Buffer.of(1, Alert.close_notify)),
        server.seal(ContentType.applicationData, data('forged?')),
      ],
    ],
  ])('takes %s', async (_what, expected, script) => {
    expect(await play(script)).toBe(expected);
  });

  it.each<[string, string, Script]>([
    [
      'a message behind ServerHello in its record',
      'unexpected',
      (server, offer) => [server.hello(offer, server.encryptedExtensions())],
    ],
    [
      'a message in clear behind the keys',
      'unexpected',
      (server, offer) => [
        server.hello(offer),
        plainRecord(ContentType.handshake, server.encryptedExtensions()),
      ],
    ],
    [
      'data before its Finished',
      'unexpected',
      (server, offer) => [server.hello(offer), server.seal(ContentType.applicationData, data('early'))],
    ],
    [
      'encrypted data before the keys',
      'unexpected',
      () => [plainRecord(ContentType.applicationData, data('x'.repeat(32)))],
    ],
    [
      'no certificate',
      'unexpected',
      (server, offer) => [
        server.hello(offer),
        server.say(server.encryptedExtensions()),
        server.say(server.finished()),
      ],
    ],
    [
      'no proof of its key',
      'unexpected',
      (server, offer) => [
        server.hello(offer),
        server.say(server.encryptedExtensions(), server.request(), server.certificate()),
        server.say(server.finished()),
      ],
    ],
    [
      'a request behind its certificate',
      'no-client-authentication',
      (server, offer) => [
        server.hello(offer),
        server.say(server.encryptedExtensions(), server.certificate()),
        server.say(server.request()),
      ],
    ],
    [
      'a request that takes no P-256',
      'no-common-parameters',
      (server, offer) => [
        server.hello(offer),
        server.say(server.encryptedExtensions(), server.request([SignatureScheme.ed25519])),
      ],
    ],
    [
      'a scheme that is not of handshakes',
      'server-signature',
      (server, offer) => [
        server.hello(offer),
        server.say(server.encryptedExtensions(), server.request(), server.certificate()),
        server.say(server.verify(SignatureScheme.rsaPkcs1Sha256)),
      ],
    ],
    [
      'a signature by another key',
      'server-signature',
      (server, offer) => [
        server.hello(offer),
        server.say(server.encryptedExtensions(), server.request(), server.certificate()),
        server.say(new ScriptedServer().verify()),
      ],
    ],
    [
      'a Finished of another transcript',
      'server-finished',
      (server, offer) => {
        const records = [
          server.hello(offer),
          server.say(server.encryptedExtensions(), server.request(), server.certificate()),
          server.say(server.verify()),
        ];
        const early = server.finished();
        early[10] = (early[10] ?? 0) ^ 1;
        return [...records, server.say(early)];
      },
    ],
    [
      'a message behind its Finished in the same record',
      'unexpected',
      (server, offer) => {
        const records = [
          server.hello(offer),
          server.say(server.encryptedExtensions(), server.request(), server.certificate()),
          server.say(server.verify()),
        ];
        return [...records, server.say(server.finished(), keyUpdate(0))];
      },
    ],
    [
      'a ServerHello twice',
      'unexpected',
      (server, offer) => {
        const hello = server.hello(offer);
        return [hello, server.seal(ContentType.handshake, hello.subarray(5))];
      },
    ],
    ['a retry for the group that it has', 'illegal', (server) => [server.retry(Group.x25519)]],
    ['a second retry', 'unexpected', (server) => [server.retry(Group.secp256r1), server.retry(Group.x25519)]],
    [
      'another suite behind a retry',
      'illegal',
      (server, offer) => [server.retry(Group.secp256r1), new ScriptedServer(0x1302).hello(offer)],
    ],
    [
      'a change_cipher_spec that says something',
      'unexpected',
      (server, offer) => [server.hello(offer), compatibility(2)],
    ],
    [
      'a change_cipher_spec behind its Finished',
      'unexpected',
      (server, offer) => [server.hello(offer), server.flight(), compatibility()],
    ],
    [
      'an encrypted change_cipher_spec',
      'unexpected',
      (server, offer) => [server.hello(offer), server.seal(ContentType.changeCipherSpec, Buffer.of(1))],
    ],
    [
      'a record of zeros',
      'unexpected',
      (server, offer) => [server.hello(offer), server.seal(0, Buffer.alloc(20))],
    ],
    [
      'a record too short to be encrypted',
      'bad-record',
      (server, offer) => [server.hello(offer), plainRecord(ContentType.applicationData, Buffer.alloc(15))],
    ],
    [
      'a message behind its KeyUpdate in the same record',
      'unexpected',
      (server, offer) => [
        server.hello(offer),
        server.flight(),
        server.seal(ContentType.handshake, Buffer.concat([keyUpdate(0), keyUpdate(0)])),
      ],
    ],
    [
      'the old key behind a KeyUpdate',
      'bad-record',
      (server, offer) => [
        server.hello(offer),
        server.flight(),
        server.seal(ContentType.handshake, keyUpdate(0)),
        server.seal(ContentType.applicationData, data('old')),
      ],
    ],
    [
      'data in the middle of a message',
      'unexpected',
      (server, offer) => [
        server.hello(offer),
        server.flight(),
        server.seal(ContentType.handshake, Buffer.of(HandshakeType.keyUpdate, 0)),
        server.seal(ContentType.applicationData, data('between')),
      ],
    ],
    [
      'a request after the handshake',
      'unexpected',
      (server, offer) => [
        server.hello(offer),
        server.flight(),
        server.seal(ContentType.handshake, server.request()),
      ],
    ],
    [
      'a ticket that is none',
      'malformed',
      (server, offer) => [
        server.hello(offer),
        server.flight(),
        server.seal(ContentType.handshake, Buffer.from([HandshakeType.newSessionTicket, 0, 0, 2, 0, 0])),
      ],
    ],
    [
      'an alert of three bytes',
      'malformed',
      (server, offer) => [server.hello(offer), server.seal(ContentType.alert, Buffer.of(2, 40, 0))],
    ],
  ])('refuses %s', async (_what, expected, script) => {
    expect(await play(script)).toBe(expected);
  });

  it.each([
    ['certificate_revoked', Alert.certificate_revoked],
    ['alert_200', 200],
  ])('hears the alert %s', async (name, description) => {
    const server = new ScriptedServer();
    const { client, offer, story, secure } = startClient(server, signature);
    client.receive(server.hello(offer));
    client.receive(server.flight());
    await secure;
    client.receive(server.seal(ContentType.alert, Buffer.of(2, description)));
    expect(story.error).toMatchObject({ code: 'alert', alert: name });
  });

  it('follows to a new key while its chip still signs, and owes its own', async () => {
    const server = new ScriptedServer();
    const chip = Promise.withResolvers<Uint8Array>();
    const { client, offer, story, secure } = startClient(server, () => chip.promise);
    client.receive(server.hello(offer));
    client.receive(server.flight());
    client.receive(server.seal(ContentType.handshake, keyUpdate(1)));
    server.renewKey();
    client.receive(server.seal(ContentType.applicationData, data('under the new key')));
    expect(story).toMatchObject({ data: 'under the new key', marks: [], error: null });
    chip.resolve(Buffer.from('signature'));
    await secure;
    client.write(data('mine too'));
    const read = server.read(story.sent);
    expect(read.map(({ type }) => type)).toEqual([22, 22, 22, 23]);
    expect(read[2]?.content).toEqual(keyUpdate(0));
    expect(read[3]?.content.toString()).toBe('mine too');
  });

  it('tells the server by an alert under the keys they share', async () => {
    const server = new ScriptedServer();
    const { client, offer, story } = startClient(server, () => Promise.reject(new Error('no power')));
    client.receive(server.hello(offer));
    client.receive(server.flight());
    await expect.poll(() => story.error?.code).toBe('chip-signature');
    expect(server.read(story.sent)).toEqual([
      { type: ContentType.alert, content: Buffer.of(2, Alert.internal_error) },
    ]);
  });
});
