import { DriverError, type DriverErrorCode } from '#drivers/core/errors.ts';
import { encodeMap, type SmpMap } from './cbor.ts';
import type { SmpClient } from './client.ts';
import { ImageCommand, SMP_CRC_BYTES, SMP_HEADER_BYTES, SmpGroup, SmpOp } from './constants.ts';
import { imageError } from './image-group.ts';

export interface Upload {
  bytes: Uint8Array;
  /** SHA-256 of `bytes`: the target tells a broken upload by it, and goes on with it where it can. */
  sha256: Uint8Array;
  /** Left out: the target's own choice. */
  image: number | null;
  /** Largest packet of the target with its length and CRC. */
  bufferBytes: number;
  /** Requests on the wire at once. */
  window: number;
  /** How long the first answer may take, which comes after an erase, and any other; wire time not counted. */
  eraseMs: number;
  writeMs: number;
  signal: AbortSignal;
  progress(done: number): void;
}

/** A piece that ends within a write unit is written in part and asked for again: 32 is the largest unit (BOOT_MAX_ALIGN). */
const ALIGNMENT = 32;
const LENGTH_BYTES = 2;
/** A byte string of 256 to 65,535 bytes has two bytes of length more than an empty one (RFC 8949, 3). */
const LONG_STRING_BYTES = 2;
/** Base64 and the markers of 127-byte lines, ten bits a byte: upper bound. */
const WIRE_BITS_PER_BYTE = 14;
/** How often in a row the target may ask for something else, or be silent, before the upload is given up. */
const MOST_STALLS = 5;

type Answer = { to: number; off: number; match: unknown } | { to: number; error: unknown };

/**
 * Uploads an image. Several requests are on the wire where the target has the buffers; each answer names the offset
 * that the target wants next. One that it did not expect, or silence, drops to one request at a time from that offset.
 * Sending a piece twice is harmless: the target takes only the offset it waits for. Rejects with `cancelled` between
 * two pieces.
 */
export async function uploadImage(client: SmpClient, upload: Upload): Promise<void> {
  await new UploadFlow(client, upload).run();
}

class UploadFlow {
  readonly #client: SmpClient;
  readonly #upload: Upload;
  #window: number;
  /** What the target says it has. */
  #had = 0;
  #next = 0;
  #stalls = 0;
  #flying: Promise<Answer>[] = [];

  constructor(client: SmpClient, upload: Upload) {
    this.#client = client;
    this.#upload = upload;
    this.#window = upload.window;
  }

  async run(): Promise<void> {
    const { bytes, signal } = this.#upload;
    while (this.#had < bytes.length) {
      if (signal.aborted) await this.#stop(cancelled(signal));
      this.#fill();
      const answer = await this.#flying.shift();
      if (answer !== undefined) await this.#settle(answer);
    }
    await this.#land();
  }

  /** The first piece goes alone: it opens the session and has the flash erased. */
  #fill(): void {
    const width = this.#had === 0 ? 1 : this.#window;
    while (this.#flying.length < width && this.#next < this.#upload.bytes.length)
      this.#flying.push(this.#send(this.#next));
  }

  async #send(off: number): Promise<Answer> {
    const { bytes, bufferBytes, eraseMs, writeMs } = this.#upload;
    const map = this.#head(off);
    const to = Math.min(bytes.length, off + room(map, bufferBytes));
    this.#next = to;
    const wireMs = (this.#window * bufferBytes * WIRE_BITS_PER_BYTE * 1000) / this.#client.baudRate;
    const timeoutMs = wireMs + this.#window * writeMs + (off === 0 ? eraseMs : 0);
    const request = { op: SmpOp.write, group: SmpGroup.image, command: ImageCommand.upload } as const;
    try {
      const data = bytes.subarray(off, to);
      const answer = await this.#client.request({ ...request, map: { ...map, data }, timeoutMs });
      return { to, off: offsetOf(answer, bytes.length), match: answer['match'] };
    } catch (error) {
      return { to, error: imageError(error) };
    }
  }

  #head(off: number): SmpMap {
    if (off > 0) return { off };
    const { image, bytes, sha256 } = this.#upload;
    return { ...(image === null ? {} : { image }), len: bytes.length, off, sha: sha256 };
  }

  async #settle(answer: Answer): Promise<void> {
    if ('error' in answer) {
      if (!isTransient(answer.error)) await this.#stop(answer.error);
      await this.#rewind(this.#had, answer.error);
    } else if (answer.match === false) await this.#stop(notMatching());
    else if (answer.off === answer.to) this.#advance(answer.off);
    else await this.#rewind(answer.off);
  }

  #advance(off: number): void {
    this.#had = off;
    this.#stalls = 0;
    this.#upload.progress(off);
  }

  /** Whatever is still on the wire answers first; the last word of the target counts. */
  async #rewind(off: number, cause?: unknown): Promise<void> {
    const words = (await this.#land()).flatMap((one) => ('off' in one ? [one.off] : []));
    const wanted = words.at(-1) ?? off;
    if (wanted > this.#had) this.#advance(wanted);
    else this.#stalls += 1;
    if (this.#stalls > MOST_STALLS) throw cause instanceof Error ? cause : stuck(wanted);
    this.#had = wanted;
    this.#next = wanted;
    this.#window = 1;
  }

  async #stop(error: unknown): Promise<never> {
    await this.#land();
    throw error;
  }

  async #land(): Promise<Answer[]> {
    return Promise.all(this.#flying.splice(0));
  }
}

/** Bytes of image that fit a packet beside the fields of `map`. */
function room(map: SmpMap, bufferBytes: number): number {
  const empty = encodeMap({ ...map, data: new Uint8Array(0) }).length + LONG_STRING_BYTES;
  const left = bufferBytes - LENGTH_BYTES - SMP_HEADER_BYTES - SMP_CRC_BYTES - empty;
  if (left >= 1) return left > ALIGNMENT ? left - (left % ALIGNMENT) : left;
  throw new DriverError('unsupported', 'The packets of the target are too small for an upload.', {
    chip: 'untouched',
    context: { bufferBytes },
  });
}

function offsetOf(answer: SmpMap, most: number): number {
  const { off } = answer;
  if (typeof off === 'number' && Number.isInteger(off) && off >= 0 && off <= most) return off;
  throw new DriverError('bad-frame', 'The target asks for an offset outside the image.', {
    context: { off: typeof off === 'number' ? off : -1, most },
  });
}

const transient: readonly DriverErrorCode[] = ['no-answer', 'bad-checksum', 'bad-frame'];
const isTransient = (error: unknown): boolean =>
  error instanceof DriverError && transient.includes(error.code);
const cancelled = (signal: AbortSignal): DriverError =>
  new DriverError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
const notMatching = (): DriverError =>
  new DriverError('verify-mismatch', 'The target holds other bytes than were sent.', { chip: 'not-locked' });
const stuck = (off: number): DriverError =>
  new DriverError('device-error', 'The target asks for the same piece again and again.', {
    chip: 'not-locked',
    context: { off },
  });
