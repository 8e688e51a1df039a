import { MAX_HANDSHAKE } from './constants.ts';
import { malformed, unexpected } from './tls-error.ts';

/** One handshake message; `raw` with its header, as the transcript takes it. */
export interface HandshakeMessage {
  type: number;
  body: Buffer;
  raw: Buffer;
}

const HEADER_BYTES = 4;
const NOTHING: Buffer = Buffer.alloc(0);

/** Joins handshake fragments into messages (RFC 8446, 5.1): a message may span records and a record hold several. */
export class HandshakeParser {
  #held = NOTHING;

  /** Whether everything so far was a whole message: nothing may be left where a key changes. */
  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  *push(fragment: Uint8Array): Generator<HandshakeMessage> {
    if (fragment.length === 0) throw unexpected('A handshake record is empty.');
    this.#held = Buffer.concat([this.#held, fragment]);
    while (this.#held.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#held.readUIntBE(1, 3);
      if (end > MAX_HANDSHAKE) throw malformed('A handshake message is longer than is taken.');
      if (this.#held.length < end) return;
      const raw = this.#held.subarray(0, end);
      // Before the message is handled, so that a key change sees whether anything is left.
      this.#held = end === this.#held.length ? NOTHING : this.#held.subarray(end);
      yield { type: raw.readUInt8(0), body: raw.subarray(HEADER_BYTES), raw };
    }
  }
}
