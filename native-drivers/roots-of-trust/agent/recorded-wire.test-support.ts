import { createECDH } from 'node:crypto';
import type { Transport } from '#drivers/core/link.ts';
import type { WireEntry } from '#drivers/core/host-api.ts';
import { tapTransport } from '#drivers/host/tap.ts';
import { wireEntry } from '#drivers/host/wire-entry.ts';
import { smpDecoder } from '#drivers/protocols/smp/decoder.ts';
import { SmpParser } from '#drivers/protocols/smp/parser.ts';

/** Everything that went over a wire, as the byte log of a station would show it, and what its packets carried. */
export class RecordedWire {
  readonly transport: Transport;
  readonly #sent: Uint8Array[] = [];
  readonly #received: Uint8Array[] = [];

  constructor(inner: Transport) {
    this.transport = tapTransport(inner, {
      on: true,
      sent: (bytes) => void this.#sent.push(Uint8Array.from(bytes)),
      received: (bytes) => void this.#received.push(Uint8Array.from(bytes)),
    });
  }

  /** Raw bytes of both directions, then the payload of every packet put together. */
  everything(): Buffer {
    const raw = [...this.#sent, ...this.#received];
    return Buffer.concat([...raw, ...payloads(this.#sent), ...payloads(this.#received)]);
  }

  /** As a screen shows it. */
  byteLog(): WireEntry[] {
    const decoder = smpDecoder();
    const feed = (direction: 'sent' | 'received', chunks: readonly Uint8Array[]) =>
      chunks.flatMap((bytes) => decoder.feed(direction, bytes));
    const stretches = [...feed('sent', this.#sent), ...feed('received', this.#received)];
    return [...stretches, ...decoder.flush('end')].map((stretch) => wireEntry(stretch, 0));
  }

  /** How many packets went either way. */
  get packets(): number {
    return payloads(this.#sent).length + payloads(this.#received).length;
  }
}

function payloads(chunks: readonly Uint8Array[]): Uint8Array[] {
  const parser = new SmpParser();
  return chunks
    .flatMap((chunk) => [...parser.push(chunk)])
    .flatMap((event) => (event.type === 'packet' ? [event.packet.payload] : []));
}

/** True where the bytes occur as they are, in hex, or in base64 at any alignment. */
export function shows(haystack: Buffer, secret: Uint8Array): boolean {
  const bytes = Buffer.from(secret);
  // Cut to whole groups, so that no neighbour changes a letter of it.
  const base64 = [0, 1, 2].map((skip) => {
    const whole = Math.floor((bytes.length - skip) / 3) * 3;
    return bytes.subarray(skip, skip + whole).toString('base64');
  });
  const texts = [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64];
  return haystack.includes(bytes) || texts.some((text) => haystack.includes(text, 0, 'latin1'));
}

const SCALAR_BYTES = 32;
/** The point at the end of a SubjectPublicKeyInfo of P-256. */
const POINT_BYTES = 65;

/** True where any 32 bytes in a row are the private key of that public key (SubjectPublicKeyInfo). */
export function holdsKeyOf(bytes: Uint8Array, publicKey: Uint8Array): boolean {
  const point = Buffer.from(publicKey.subarray(-POINT_BYTES));
  const curve = createECDH('prime256v1');
  for (let at = 0; at + SCALAR_BYTES <= bytes.length; at += 1) {
    const window = bytes.subarray(at, at + SCALAR_BYTES);
    // Erased flash is no scalar.
    if (window.every((byte) => byte === window[0])) continue;
    try {
      curve.setPrivateKey(window);
      if (curve.getPublicKey().equals(point)) return true;
    } catch {
      // Not below the order of the curve.
    }
  }
  return false;
}
