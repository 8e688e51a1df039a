import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { number } from './bytes.ts';
import { ContentType, LEGACY_VERSION, MAX_PLAINTEXT } from './constants.ts';
import { trafficKeys } from './key-schedule.ts';
import type { Suite } from './suites.ts';
import type { TlsRecord } from './record-parser.ts';
import { fatal, unexpected } from './tls-error.ts';

const TAG_BYTES = 16;

/** Key, nonce base and record number of one direction (RFC 8446, 5.3). */
class DirectionKeys {
  readonly suite: Suite;
  readonly key: KeyObject;
  readonly #iv: Buffer;
  #sequence = 0;

  constructor(suite: Suite, secret: Uint8Array) {
    const { key, iv } = trafficKeys(suite, secret);
    this.suite = suite;
    this.key = createSecretKey(key);
    this.#iv = iv;
  }

  /** Records under this key so far. A key is renewed long before the number leaves 32 bits. */
  get used(): number {
    return this.#sequence;
  }

  nextNonce(): Buffer {
    const nonce = Buffer.from(this.#iv);
    const low = nonce.readUInt32BE(8);
    const high = nonce.readUInt32BE(4);
    nonce.writeUInt32BE((low ^ (this.#sequence % 2 ** 32)) >>> 0, 8);
    nonce.writeUInt32BE((high ^ Math.floor(this.#sequence / 2 ** 32)) >>> 0, 4);
    this.#sequence += 1;
    return nonce;
  }
}

/** A record in clear: before the keys are agreed. */
export function plainRecord(type: number, fragment: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(type), number(2, LEGACY_VERSION), number(2, fragment.length), fragment]);
}

/** Encrypts records of one direction. `content` at most 16 KiB. */
export class Sealer {
  readonly #keys: DirectionKeys;

  constructor(suite: Suite, secret: Uint8Array) {
    this.#keys = new DirectionKeys(suite, secret);
  }

  get used(): number {
    return this.#keys.used;
  }

  seal(type: number, content: Uint8Array): Buffer {
    const { suite, key } = this.#keys;
    const length = content.length + 1 + TAG_BYTES;
    const header = Buffer.from([
      ContentType.applicationData,
      LEGACY_VERSION >> 8,
      LEGACY_VERSION & 0xff,
      length >> 8,
      length & 0xff,
    ]);
    const cipher = createCipheriv(suite.cipher, key, this.#keys.nextNonce()).setAAD(header);
    return Buffer.concat([
      header,
      cipher.update(content),
      cipher.update(Buffer.of(type)),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
  }
}

/** What was inside an encrypted record. */
export interface Opened {
  type: number;
  content: Buffer;
}

/** Decrypts records of one direction. Throws `bad-record` for anything that its key did not seal in this place. */
export class Opener {
  readonly #keys: DirectionKeys;

  constructor(suite: Suite, secret: Uint8Array) {
    this.#keys = new DirectionKeys(suite, secret);
  }

  open({ header, fragment }: TlsRecord): Opened {
    const inner = this.#decrypt(header, fragment);
    // Padding: zeros behind the type (5.4).
    let end = inner.length;
    while (end > 0 && inner[end - 1] === 0) end -= 1;
    if (end === 0) throw unexpected('A record has no content type.');
    if (end - 1 > MAX_PLAINTEXT)
      throw fatal('bad-record', 'record_overflow', 'A record holds more than TLS allows.');
    return { type: inner.readUInt8(end - 1), content: inner.subarray(0, end - 1) };
  }

  #decrypt(header: Buffer, fragment: Buffer): Buffer {
    const { suite, key } = this.#keys;
    const nonce = this.#keys.nextNonce();
    const isTooShort = fragment.length < TAG_BYTES;
    if (isTooShort) throw fatal('bad-record', 'bad_record_mac', 'A record is too short to be encrypted.');
    const decipher = createDecipheriv(suite.cipher, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(header).setAuthTag(fragment.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(fragment.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw fatal('bad-record', 'bad_record_mac', 'A record was changed on its way.', cause);
    }
  }
}
