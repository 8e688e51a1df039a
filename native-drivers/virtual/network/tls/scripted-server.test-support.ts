import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { number, vector } from './bytes.ts';
import { TlsClient } from './client.ts';
import { makeOffer, type Offer } from './client-hello.ts';
import { ContentType, HandshakeType, RETRY_RANDOM, SignatureScheme, TLS_1_3 } from './constants.ts';
import { applicationSecrets, finishedMac, handshakeSecrets, nextSecret } from './key-schedule.ts';
import { newKeyShare } from './key-share.ts';
import { Opener, plainRecord, Sealer } from './protection.ts';
import { RecordParser } from './record-parser.ts';
import { SERVER_CONTEXT, signedContent } from './signatures.ts';
import { digest, suiteOf, type Suite } from './suites.ts';
import type { TlsError } from './tls-error.ts';

const extension = (type: number, body: Uint8Array): Buffer =>
  Buffer.concat([number(2, type), vector(2, body)]);
const message = (type: number, body: Uint8Array): Buffer => Buffer.concat([Buffer.of(type), vector(3, body)]);
const version = extension(43, number(2, TLS_1_3));

function need<T>(value: T | null): T {
  if (value === null) throw new TypeError('the script is out of order');
  return value;
}

/** A server that says what a test wants, right or wrong, in records of its own. */
export class ScriptedServer {
  readonly publicKey: KeyObject;
  readonly #privateKey: KeyObject;
  readonly #suite: Suite;
  #transcript: Buffer[] = [];
  #sealer: Sealer | null = null;
  #opener: Opener | null = null;
  #secrets: ReturnType<typeof handshakeSecrets> | null = null;
  #application: ReturnType<typeof applicationSecrets> | null = null;

  constructor(suite = 0x1301) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.publicKey = publicKey;
    this.#privateKey = privateKey;
    this.#suite = need(suiteOf(suite));
  }

  /** ServerHello for this offer; from here on there are keys. `behind`: bytes in the same record. */
  hello({ message: clientHello, share }: Offer, behind: Uint8Array = Buffer.alloc(0)): Buffer {
    const own = newKeyShare(share.group);
    const entry = Buffer.concat([number(2, share.group), vector(2, own.publicKey)]);
    const hello = this.#helloOf(Buffer.alloc(32, 5), extension(51, entry));
    this.#transcript.push(clientHello, hello);
    this.#secrets = handshakeSecrets(this.#suite, own.agree(share.publicKey), this.#digest());
    this.#sealer = new Sealer(this.#suite, this.#secrets.server);
    this.#opener = new Opener(this.#suite, this.#secrets.client);
    return plainRecord(ContentType.handshake, Buffer.concat([hello, behind]));
  }

  /** HelloRetryRequest for a group, in its record. */
  retry(group: number): Buffer {
    const hello = this.#helloOf(RETRY_RANDOM, extension(51, number(2, group)));
    return plainRecord(ContentType.handshake, hello);
  }

  #helloOf(random: Buffer, entry: Buffer): Buffer {
    const body = [
      number(2, 0x0303),
      random,
      vector(1),
      number(2, this.#suite.id),
      Buffer.of(0),
      vector(2, version, entry),
    ];
    return message(HandshakeType.serverHello, Buffer.concat(body));
  }

  encryptedExtensions = (): Buffer => message(HandshakeType.encryptedExtensions, vector(2));

  request(schemes: readonly number[] = [SignatureScheme.ecdsaSecp256r1Sha256]): Buffer {
    const list = vector(2, ...schemes.map((scheme) => number(2, scheme)));
    return message(
      HandshakeType.certificateRequest,
      Buffer.concat([vector(1), vector(2, extension(13, list))]),
    );
  }

  certificate = (): Buffer =>
    message(
      HandshakeType.certificate,
      Buffer.concat([
        vector(1),
        vector(3, Buffer.concat([vector(3, Buffer.from('a certificate')), vector(2)])),
      ]),
    );

  /** Signs what was said so far. */
  verify(scheme: number = SignatureScheme.ecdsaSecp256r1Sha256): Buffer {
    const signature = sign('sha256', signedContent(SERVER_CONTEXT, this.#digest()), this.#privateKey);
    return message(HandshakeType.certificateVerify, Buffer.concat([number(2, scheme), vector(2, signature)]));
  }

  /** Vouches for what was said so far. */
  finished(): Buffer {
    return message(
      HandshakeType.finished,
      finishedMac(this.#suite, need(this.#secrets).server, this.#digest()),
    );
  }

  /** Handshake messages under the present key, in one record; they count for the transcript. */
  say(...messages: Buffer[]): Buffer {
    this.#transcript.push(...messages);
    return this.seal(ContentType.handshake, Buffer.concat(messages));
  }

  seal(type: number, content: Uint8Array): Buffer {
    return need(this.#sealer).seal(type, content);
  }

  /** After its Finished. */
  useApplicationKeys(): void {
    this.#application = applicationSecrets(this.#suite, need(this.#secrets).handshake, this.#digest());
    this.#sealer = new Sealer(this.#suite, this.#application.server);
  }

  /** After its KeyUpdate. */
  renewKey(): void {
    const { server } = need(this.#application);
    const next = nextSecret(this.#suite, server);
    need(this.#application).server = next;
    this.#sealer = new Sealer(this.#suite, next);
  }

  /** The whole of an honest first flight, record by record, then its application keys. */
  flight(): Buffer {
    const first = this.say(this.encryptedExtensions(), this.request(), this.certificate());
    const records = [first, this.say(this.verify()), this.say(this.finished())];
    this.useApplicationKeys();
    return Buffer.concat(records);
  }

  /** Types and contents of what the client sent, behind its hello: its handshake keys, then its application keys. */
  read(bytes: Uint8Array): { type: number; content: Buffer }[] {
    const opened: { type: number; content: Buffer }[] = [];
    let isFinished = false;
    for (const record of new RecordParser().push(bytes)) {
      const { type, content } = need(this.#opener).open(record);
      opened.push({ type, content });
      if (isFinished && content[0] === HandshakeType.keyUpdate && type === ContentType.handshake)
        this.#clientKey(nextSecret(this.#suite, need(this.#application).client));
      if (content[0] !== HandshakeType.finished || isFinished) continue;
      isFinished = true;
      this.#clientKey(need(this.#application).client);
    }
    return opened;
  }

  #clientKey(secret: Buffer): void {
    need(this.#application).client = secret;
    this.#opener = new Opener(this.#suite, secret);
  }

  #digest = (): Buffer => digest(this.#suite, ...this.#transcript);
}

/** A client before a scripted server: what it sent behind its hello, what it read, how it ended. */
export function startClient(server: ScriptedServer, sign: () => Promise<Uint8Array>) {
  const offer = makeOffer({ host: 'server.test' });
  const story = { sent: Buffer.alloc(0), data: '', marks: [] as string[], error: null as TlsError | null };
  const secure = Promise.withResolvers<true>();
  const client = new TlsClient(
    {
      offer,
      authenticate: () => ({ publicKey: server.publicKey }),
      identity: { chain: [Buffer.from('device')], sign },
    },
    {
      send: (bytes) => (story.sent = Buffer.concat([story.sent, bytes])),
      data: (bytes) => (story.data += Buffer.from(bytes).toString()),
      secure: () => {
        story.marks.push('secure');
        secure.resolve(true);
      },
      ended: () => void story.marks.push('ended'),
      failed: (error) => (story.error = error),
    },
  );
  client.start();
  story.sent = Buffer.alloc(0);
  return { client, offer, story, secure: secure.promise };
}
