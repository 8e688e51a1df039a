import { ContentType, MAX_PLAINTEXT } from './constants.ts';
import { Opener, plainRecord, Sealer, type Opened } from './protection.ts';
import { RecordParser, type TlsRecord } from './record-parser.ts';
import type { Suite } from './suites.ts';
import { unexpected } from './tls-error.ts';

/** Records in both directions, in clear until each direction gets its first key. */
export class RecordLayer {
  readonly #parser = new RecordParser();
  #opener: Opener | null = null;
  #sealer: Sealer | null = null;
  #isHandshake = true;

  /** Each record's content. Lazy: a key set while one is handled is in force for the next. */
  *open(bytes: Uint8Array): Generator<Opened> {
    for (const record of this.#parser.push(bytes)) {
      if (record.type === ContentType.changeCipherSpec) this.#dropCompatibility(record);
      else if (this.#opener !== null) yield this.#openProtected(record, this.#opener);
      else if (record.type === ContentType.applicationData)
        throw unexpected('Encrypted data came before the keys.');
      else yield { type: record.type, content: record.fragment };
    }
  }

  /** Content of any length as records. */
  seal(type: number, content: Uint8Array): Buffer {
    const records: Buffer[] = [];
    for (let at = 0; at < Math.max(content.length, 1); at += MAX_PLAINTEXT) {
      const part = content.subarray(at, at + MAX_PLAINTEXT);
      records.push(this.#sealer === null ? plainRecord(type, part) : this.#sealer.seal(type, part));
    }
    return Buffer.concat(records);
  }

  /** Records written under the present key. */
  get written(): number {
    return this.#sealer?.used ?? 0;
  }

  readWith(suite: Suite, secret: Uint8Array): void {
    this.#opener = new Opener(suite, secret);
  }

  writeWith(suite: Suite, secret: Uint8Array): void {
    this.#sealer = new Sealer(suite, secret);
  }

  /** The server's Finished was seen: no change_cipher_spec may follow. */
  endHandshake(): void {
    this.#isHandshake = false;
  }

  #openProtected(record: TlsRecord, opener: Opener): Opened {
    if (record.type !== ContentType.applicationData)
      throw unexpected('A record came in clear behind the key exchange.');
    const opened = opener.open(record);
    if (opened.type === ContentType.changeCipherSpec) throw unexpected('change_cipher_spec was encrypted.');
    return opened;
  }

  /** Sent for the sake of middleboxes and dropped (RFC 8446, 5, D.4). */
  #dropCompatibility({ fragment }: TlsRecord): void {
    if (!this.#isHandshake || fragment.length !== 1 || fragment[0] !== 1)
      throw unexpected('A change_cipher_spec has no place here.');
  }
}
