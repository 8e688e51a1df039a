import { timingSafeEqual, type KeyObject, type X509Certificate } from 'node:crypto';
import { certificateMessage, certificateVerifyMessage, finishedMessage } from './client-flight.ts';
import { retryOffer, type Offer } from './client-hello.ts';
import { HandshakeType, SignatureScheme } from './constants.ts';
import type { HandshakeMessage } from './handshake-parser.ts';
import { applicationSecrets, finishedMac, handshakeSecrets, type TrafficSecrets } from './key-schedule.ts';
import {
  parseCertificate,
  parseCertificateRequest,
  parseCertificateVerify,
  parseEncryptedExtensions,
} from './server-flight.ts';
import { parseServerHello, type ServerHello } from './server-hello.ts';
import { CLIENT_CONTEXT, schemeVerifies, SERVER_CONTEXT, signedContent } from './signatures.ts';
import type { Suite } from './suites.ts';
import { fatal, illegal, unexpected } from './tls-error.ts';
import { Transcript } from './transcript.ts';

/** Who the client is: a chain in DER, own certificate first, and someone who signs for its key. */
export interface ClientIdentity {
  chain: readonly Uint8Array[];
  /** ECDSA P-256 with SHA-256 over `content`, DER. */
  sign(content: Uint8Array): Promise<Uint8Array>;
}

export interface HandshakeSettings {
  offer: Offer;
  /** Throws TlsError where the chain is not that of the server asked for. */
  authenticate(chain: readonly Uint8Array[], host: string): Pick<X509Certificate, 'publicKey'>;
  /** A server that does not ask for it is refused: who connects to show an identity shall not go in nameless. */
  identity: ClientIdentity | null;
}

/** What happens to the connection as the handshake goes on. */
export interface HandshakeEvents {
  /** Handshake messages to send, in clear or under the key last set. */
  send(messages: Uint8Array): void;
  readWith(suite: Suite, secret: Uint8Array): void;
  writeWith(suite: Suite, secret: Uint8Array): void;
}

type Step = 'hello' | 'extensions' | 'request' | 'certificate' | 'verify' | 'finished' | 'answer';

/** Secrets that go on after the handshake. */
export interface Established {
  suite: Suite;
  application: TrafficSecrets;
}

/** The client's side of one full handshake (RFC 8446, 2, 4). Gets whole messages in order; throws TlsError. */
export class ClientHandshake {
  readonly #settings: HandshakeSettings;
  readonly #events: HandshakeEvents;
  readonly #transcript = new Transcript();
  #offer: Offer;
  #step: Step = 'hello';
  #isRetried = false;
  #suite: Suite | null = null;
  #secrets: (TrafficSecrets & { handshake: Buffer }) | null = null;
  #serverKey: KeyObject | null = null;
  #isAsked = false;
  #application: TrafficSecrets | null = null;
  /** ALPN as the server chose it. */
  applicationProtocol: string | null = null;

  constructor(settings: HandshakeSettings, events: HandshakeEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#offer = settings.offer;
  }

  /** Whether the server's side is complete: what comes next is no longer part of the handshake. */
  get isServerDone(): boolean {
    return this.#application !== null;
  }

  start(): void {
    this.#transcript.add(this.#offer.message);
    this.#events.send(this.#offer.message);
  }

  /** `isAligned`: nothing of the same record is left behind this message, as must be where a key changes. */
  take(message: HandshakeMessage, isAligned: boolean): void {
    const changesKey = message.type === HandshakeType.serverHello || message.type === HandshakeType.finished;
    if (changesKey && !isAligned) throw unexpected('A message stands behind the one that changes the key.');
    if (this.#step === 'hello' && message.type === HandshakeType.serverHello) return this.#hello(message);
    if (this.#step === 'extensions' && message.type === HandshakeType.encryptedExtensions)
      return this.#extensions(message);
    if (this.#step === 'request' && message.type === HandshakeType.certificateRequest)
      return this.#request(message);
    if (
      (this.#step === 'request' || this.#step === 'certificate') &&
      message.type === HandshakeType.certificate
    )
      return this.#certificate(message);
    if (this.#step === 'verify' && message.type === HandshakeType.certificateVerify)
      return this.#verify(message);
    if (this.#step === 'finished' && message.type === HandshakeType.finished) return this.#finished(message);
    throw unexpected(`Message ${message.type} has no place in step ${this.#step}.`);
  }

  /** Sends Certificate, CertificateVerify and Finished once the server is done; the signature comes from elsewhere. */
  async answer(isGone: () => boolean): Promise<void> {
    const { suite, application } = this.established();
    const { secrets } = this.#agreed();
    if (this.#isAsked) {
      await this.#identify();
      // The line may have died while the chip signed.
      if (isGone()) return;
    }
    this.#say(finishedMessage(finishedMac(suite, secrets.client, this.#transcript.digest())));
    this.#events.writeWith(suite, application.client);
  }

  async #identify(): Promise<void> {
    const { identity } = this.#settings;
    if (identity === null) {
      this.#say(certificateMessage([]));
      return;
    }
    this.#transcript.add(certificateMessage(identity.chain));
    const content = signedContent(CLIENT_CONTEXT, this.#transcript.digest());
    const signature = await identity.sign(content).catch((cause: unknown) => {
      throw fatal('chip-signature', 'internal_error', 'The chip did not sign the handshake.', cause);
    });
    const verify = certificateVerifyMessage(signature);
    this.#transcript.add(verify);
    this.#events.send(Buffer.concat([certificateMessage(identity.chain), verify]));
  }

  #say(message: Buffer): void {
    this.#transcript.add(message);
    this.#events.send(message);
  }

  #hello(message: HandshakeMessage): void {
    const hello = parseServerHello(message.body, this.#offer.extensions);
    if (hello.kind === 'retry') this.#retry(hello, message);
    else this.#agree(hello, message);
  }

  #retry(hello: Extract<ServerHello, { kind: 'retry' }>, message: HandshakeMessage): void {
    if (this.#isRetried) throw unexpected('The server asked for a second retry.');
    const { group, suite } = hello;
    if (group !== null && (group === this.#offer.share.group || !this.#offer.groups.includes(group)))
      throw illegal('The server asks for a group that it has or that was not offered.');
    this.#isRetried = true;
    this.#suite = suite;
    this.#transcript.replaceByHash(suite);
    this.#transcript.choose(suite);
    this.#transcript.add(message.raw);
    this.#offer = retryOffer(this.#offer, hello);
    this.#say(this.#offer.message);
  }

  #agree(hello: Extract<ServerHello, { kind: 'hello' }>, message: HandshakeMessage): void {
    const { suite, group, keyShare } = hello;
    if (this.#suite !== null && this.#suite !== suite) throw illegal('The server changed the cipher suite.');
    if (group !== this.#offer.share.group) throw illegal('The server chose a group that was not offered.');
    const shared = this.#offer.share.agree(keyShare);
    this.#transcript.choose(suite);
    this.#transcript.add(message.raw);
    const secrets = handshakeSecrets(suite, shared, this.#transcript.digest());
    shared.fill(0);
    this.#events.readWith(suite, secrets.server);
    this.#events.writeWith(suite, secrets.client);
    this.#suite = suite;
    this.#secrets = secrets;
    this.#step = 'extensions';
  }

  #extensions(message: HandshakeMessage): void {
    this.applicationProtocol = parseEncryptedExtensions(message.body, this.#offer.extensions);
    this.#follow(message, 'request');
  }

  #request(message: HandshakeMessage): void {
    const schemes = parseCertificateRequest(message.body);
    if (this.#settings.identity !== null && !schemes.includes(SignatureScheme.ecdsaSecp256r1Sha256))
      throw fatal('no-common-parameters', 'handshake_failure', 'The server takes no P-256 signature.');
    this.#isAsked = true;
    this.#follow(message, 'certificate');
  }

  #certificate(message: HandshakeMessage): void {
    if (this.#settings.identity !== null && !this.#isAsked)
      throw fatal(
        'no-client-authentication',
        'handshake_failure',
        'The server did not ask for a certificate.',
      );
    const chain = parseCertificate(message.body);
    this.#serverKey = this.#settings.authenticate(chain, this.#offer.wishes.host).publicKey;
    this.#follow(message, 'verify');
  }

  #verify(message: HandshakeMessage): void {
    const { scheme, signature } = parseCertificateVerify(message.body);
    const content = signedContent(SERVER_CONTEXT, this.#transcript.digest());
    if (this.#serverKey === null || !schemeVerifies(scheme, this.#serverKey, content, signature))
      throw fatal(
        'server-signature',
        'decrypt_error',
        'The server did not sign with the key of its certificate.',
      );
    this.#follow(message, 'finished');
  }

  #finished(message: HandshakeMessage): void {
    const { suite, secrets } = this.#agreed();
    const mac = finishedMac(suite, secrets.server, this.#transcript.digest());
    if (message.body.length !== mac.length || !timingSafeEqual(message.body, mac))
      throw fatal('server-finished', 'decrypt_error', 'The handshake was changed on its way.');
    this.#follow(message, 'answer');
    this.#application = applicationSecrets(suite, secrets.handshake, this.#transcript.digest());
    this.#events.readWith(suite, this.#application.server);
  }

  #follow(message: HandshakeMessage, next: Step): void {
    this.#transcript.add(message.raw);
    this.#step = next;
  }

  #agreed() {
    if (this.#suite === null || this.#secrets === null) throw new TypeError('no keys are agreed yet');
    return { suite: this.#suite, secrets: this.#secrets };
  }

  /** What goes on after the server's Finished. */
  established(): Established {
    if (this.#application === null) throw new TypeError('the server is not done yet');
    return { suite: this.#agreed().suite, application: this.#application };
  }
}
