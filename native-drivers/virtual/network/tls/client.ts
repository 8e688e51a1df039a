import { Alert, alertName, ContentType, HandshakeType, MAX_RECORDS_PER_KEY } from './constants.ts';
import { keyUpdateMessage } from './client-flight.ts';
import { ClientHandshake, type Established, type HandshakeSettings } from './handshake.ts';
import { HandshakeParser, type HandshakeMessage } from './handshake-parser.ts';
import { nextSecret } from './key-schedule.ts';
import type { Opened } from './protection.ts';
import { RecordLayer } from './record-layer.ts';
import { checkSessionTicket, parseKeyUpdate } from './server-flight.ts';
import { fatal, malformed, TlsError, unexpected } from './tls-error.ts';

/** What comes out of the client. Nothing comes after `ended` or `failed`. */
export interface TlsEvents {
  /** Bytes for the server. */
  send(bytes: Uint8Array): void;
  /** The handshake is complete on our side; the server may still refuse the identity, by an alert. */
  secure(): void;
  data(bytes: Uint8Array): void;
  /** The server said close_notify. */
  ended(): void;
  failed(error: TlsError): void;
}

export interface TlsClientSettings extends HandshakeSettings {
  /** Records after which the own key is renewed. For tests; default 2^24. */
  recordsPerKey?: number;
}

const FATAL = 2;
const WARNING = 1;

/** TLS 1.3 as bytes in, bytes out: no sockets, no timers. */
export class TlsClient {
  readonly #events: TlsEvents;
  readonly #layer = new RecordLayer();
  readonly #parser = new HandshakeParser();
  /** Let go once it is done: with it go certificates, transcript and ephemeral keys. */
  #handshake: ClientHandshake | null;
  readonly #recordsPerKey: number;
  /** From the server's Finished on. */
  #established: Established | null = null;
  #isAnswered = false;
  #applicationProtocol: string | null = null;
  #owesKeyUpdate = false;
  #isOver = false;
  #hasEnded = false;
  #hasClosed = false;

  constructor(settings: TlsClientSettings, events: TlsEvents) {
    this.#events = events;
    this.#recordsPerKey = settings.recordsPerKey ?? MAX_RECORDS_PER_KEY;
    this.#handshake = new ClientHandshake(settings, {
      send: (messages) => this.#send(ContentType.handshake, messages),
      readWith: (suite, secret) => this.#layer.readWith(suite, secret),
      writeWith: (suite, secret) => this.#layer.writeWith(suite, secret),
    });
  }

  get isSecure(): boolean {
    return this.#isAnswered;
  }

  /** ALPN as the server chose it. */
  get applicationProtocol(): string | null {
    return this.#applicationProtocol;
  }

  start(): void {
    this.#handshake?.start();
  }

  /** Bytes of the server, in any chunks. */
  receive(bytes: Uint8Array): void {
    if (this.#isOver || this.#hasEnded) return;
    try {
      for (const record of this.#layer.open(bytes)) {
        this.#take(record);
        if (this.#isClosed()) return;
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * The line has no more bytes. Without close_notify before it the end may be a forger's (RFC 8446, 6.1); to one who has
   * closed before and wants no more it is an end.
   */
  endOfInput(): void {
    if (this.#isClosed()) return;
    if (!this.#hasClosed)
      return this.#fail(new TlsError('truncated', 'The line ended without close_notify.'));
    this.#hasEnded = true;
    this.#events.ended();
  }

  /** Application data. Only once secure. */
  write(bytes: Uint8Array): void {
    if (this.#isOver || !this.#isAnswered || this.#established === null) return;
    if (this.#layer.written >= this.#recordsPerKey) this.#updateKey(this.#established);
    this.#send(ContentType.applicationData, bytes);
  }

  /** Says close_notify; what the server still sends is taken. */
  close(): void {
    if (this.#isOver) return;
    this.#hasClosed = true;
    this.#isOver = this.#hasEnded;
    this.#send(ContentType.alert, Buffer.of(WARNING, Alert.close_notify));
  }

  /** Gives up from outside: the server is told by an alert where there is one. */
  abort(error: TlsError): void {
    this.#fail(error);
  }

  #isClosed(): boolean {
    return this.#isOver || this.#hasEnded;
  }

  #send(type: number, content: Uint8Array): void {
    this.#events.send(this.#layer.seal(type, content));
  }

  #take({ type, content }: Opened): void {
    if (type === ContentType.alert) return this.#alert(content);
    if (type === ContentType.handshake) {
      for (const message of this.#parser.push(content)) this.#message(message);
      return;
    }
    if (type !== ContentType.applicationData || this.#established === null)
      throw unexpected(`A record of type ${type} has no place here.`);
    if (!this.#parser.isEmpty) throw unexpected('A handshake message was interrupted.');
    if (content.length > 0) this.#events.data(content);
  }

  #message(message: HandshakeMessage): void {
    const handshake = this.#handshake;
    if (this.#established !== null || handshake === null) return this.#afterwards(message);
    handshake.take(message, this.#parser.isEmpty);
    if (!handshake.isServerDone) return;
    this.#established = handshake.established();
    this.#applicationProtocol = handshake.applicationProtocol;
    this.#layer.endHandshake();
    void this.#answer(handshake, this.#established);
  }

  async #answer(handshake: ClientHandshake, established: Established): Promise<void> {
    try {
      await handshake.answer(() => this.#isOver);
      if (this.#isOver) return;
      this.#isAnswered = true;
      this.#handshake = null;
      if (this.#owesKeyUpdate) this.#updateKey(established);
      this.#events.secure();
    } catch (error) {
      this.#fail(error);
    }
  }

  #afterwards({ type, body }: HandshakeMessage): void {
    if (type === HandshakeType.newSessionTicket) return checkSessionTicket(body);
    if (type !== HandshakeType.keyUpdate)
      throw unexpected(`Message ${type} has no place after the handshake.`);
    const isAsked = parseKeyUpdate(body);
    if (!this.#parser.isEmpty) throw unexpected('A message stands behind the one that changes the key.');
    if (this.#established === null) return;
    const { suite, application } = this.#established;
    application.server = nextSecret(suite, application.server);
    this.#layer.readWith(suite, application.server);
    if (!isAsked) return;
    if (this.#isAnswered) this.#updateKey(this.#established);
    else this.#owesKeyUpdate = true;
  }

  /** Renews our own key: the message still goes under the old one (RFC 8446, 4.6.3). */
  #updateKey(established: Established): void {
    const { suite, application } = established;
    this.#send(ContentType.handshake, keyUpdateMessage());
    application.client = nextSecret(suite, application.client);
    this.#layer.writeWith(suite, application.client);
    this.#owesKeyUpdate = false;
  }

  #alert(content: Buffer): void {
    const [, description] = content;
    if (content.length !== 2 || description === undefined) throw malformed('An alert has two bytes.');
    if (description === Alert.close_notify) {
      this.#hasEnded = true;
      this.#events.ended();
      return;
    }
    // Before the keys an alert proves nothing of who sent it: it ends the attempt all the same, as a cut line would.
    const name = alertName(description);
    this.#isOver = true;
    this.#events.failed(new TlsError('alert', `The server refused: ${name}.`, { alert: name }));
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    const known =
      error instanceof TlsError ? error : fatal('malformed', 'internal_error', 'The client failed.', error);
    this.#isOver = true;
    const description = known.alert === null ? undefined : Alert[known.alert as keyof typeof Alert];
    if (description !== undefined) this.#send(ContentType.alert, Buffer.of(FATAL, description));
    this.#events.failed(known);
  }
}
