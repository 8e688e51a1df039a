import { createHash, type Hash } from 'node:crypto';
import { vector } from './bytes.ts';
import { HandshakeType } from './constants.ts';
import { digest, type Suite } from './suites.ts';

/** Running hash over the handshake messages (RFC 8446, 4.4.1). The suite is known only after the first of them. */
export class Transcript {
  #waiting: Buffer[] = [];
  #hash: Hash | null = null;

  add(message: Uint8Array): void {
    if (this.#hash === null) this.#waiting.push(Buffer.from(message));
    else this.#hash.update(message);
  }

  /** The server chose: from now on there is a hash. */
  choose(suite: Suite): void {
    if (this.#hash !== null) return;
    this.#hash = createHash(suite.hash);
    for (const message of this.#waiting) this.#hash.update(message);
    this.#waiting = [];
  }

  /** After a HelloRetryRequest the first ClientHello is replaced by its hash. Call before anything is added. */
  replaceByHash(suite: Suite): void {
    const hash = digest(suite, ...this.#waiting);
    this.#waiting = [Buffer.concat([Buffer.of(HandshakeType.messageHash), vector(3, hash)])];
  }

  /** Hash over all messages so far. */
  digest(): Buffer {
    if (this.#hash === null) throw new TypeError('the suite is not chosen yet');
    return this.#hash.copy().digest();
  }
}
