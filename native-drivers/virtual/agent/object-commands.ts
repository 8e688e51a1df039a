import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { decodeMap, encodeMap, type SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { EnrolmentError } from '#drivers/protocols/smp/enrolment.ts';
import { certificationRequest, PRINTABLE } from './csr.ts';
import { firstCertificate } from './der.ts';
import type { Device } from './device.ts';
import { roomIn } from './records.ts';
import { refuse } from './refusal.ts';
import { unseal, unwrap, wrap } from './unseal.ts';
import { pieceOf, Upload } from './upload.ts';

const bytes = z.instanceof(Uint8Array);
const configuration = z.record(z.string().min(1).max(64), z.string().max(1024));
const sealedSecret = z.object({ name: z.string().min(1).max(64), enc: bytes, ct: bytes });
const secretTable = z.record(z.string(), bytes);
/** Nonce and tag that a wrapped table has beside its content. */
const WRAPPING = 28;

/** The commands that move objects larger than a packet. Uploads live in RAM until their last piece is in. */
export class ObjectCommands {
  readonly #device: Device;
  readonly #most: number;
  readonly #chain = new Upload(roomIn('chain'));
  readonly #configuration = new Upload(roomIn('configuration'));
  readonly #secret = new Upload(roomIn('secrets') - WRAPPING);
  #csr: Uint8Array | null = null;

  constructor(device: Device, most: number) {
    this.#device = device;
    this.#most = most;
  }

  readCsr(map: SmpMap): SmpMap {
    const { device, deviceId } = this.#device.keys();
    if (map['off'] === 0) {
      const { serial } = map;
      if (typeof serial !== 'string' || !PRINTABLE.test(serial)) throw refuse(EnrolmentError.invalid);
      const id = Buffer.from(deviceId).toString('hex');
      this.#csr = certificationRequest(serial, id, device.spki, device.privateKey);
    }
    if (this.#csr === null) throw refuse(EnrolmentError.invalid);
    return pieceOf(this.#csr, map, this.#most);
  }

  writeChain(map: SmpMap): SmpMap {
    this.#device.refuseIfLocked();
    const own = this.#device.keys().device.spki;
    const { off, object } = this.#chain.accept(map);
    if (object !== null) {
      if (!isFor(object, own)) throw refuse(EnrolmentError.keyMismatch);
      this.#device.write('chain', object);
    }
    return { off };
  }

  readChain(map: SmpMap): SmpMap {
    return this.#stored('chain', map);
  }

  writeConfiguration(map: SmpMap): SmpMap {
    this.#device.refuseIfLocked();
    const { off, object } = this.#configuration.accept(map);
    if (object !== null) {
      if (!configuration.safeParse(decodeMap(object)).success) throw refuse(EnrolmentError.invalid);
      this.#device.write('configuration', object);
    }
    return { off };
  }

  readConfiguration(map: SmpMap): SmpMap {
    return this.#stored('configuration', map);
  }

  async writeSecret(map: SmpMap): Promise<SmpMap> {
    this.#device.refuseIfLocked();
    this.#device.keys();
    const { off, object } = this.#secret.accept(map);
    if (object !== null) await this.#keepSecret(object);
    return { off };
  }

  /** Names only: a secret that is in never comes out. */
  readSecrets(): SmpMap {
    return { names: Object.keys(this.#secrets()) };
  }

  async #keepSecret(object: Uint8Array): Promise<void> {
    const sealed = sealedSecret.safeParse(decodeMap(object));
    if (!sealed.success) throw refuse(EnrolmentError.invalid);
    const { enrolment, storage } = this.#device.keys();
    const secret = await unseal(sealed.data, enrolment, this.#device.hardware.uid);
    if (secret === null) throw refuse(EnrolmentError.unseal);
    const table = encodeMap({ ...this.#secrets(), [sealed.data.name]: secret });
    secret.fill(0);
    if (table.length + WRAPPING > roomIn('secrets')) throw refuse(EnrolmentError.tooLarge);
    this.#device.write('secrets', wrap(table, storage, 'secrets'));
    table.fill(0);
  }

  #secrets(): Record<string, Uint8Array> {
    const wrapped = this.#device.read('secrets');
    if (wrapped === null) return {};
    const table = unwrap(wrapped, this.#device.keys().storage, 'secrets');
    const parsed = secretTable.safeParse(table === null ? null : decodeMap(table));
    return parsed.success ? parsed.data : {};
  }

  #stored(place: 'chain' | 'configuration', map: SmpMap): SmpMap {
    const object = this.#device.read(place);
    if (object === null) throw refuse(EnrolmentError.absent);
    return pieceOf(object, map, this.#most);
  }
}

/** Whether the first certificate is for this key. */
function isFor(chain: Uint8Array, spki: Uint8Array): boolean {
  const leaf = firstCertificate(chain);
  if (leaf === null) return false;
  try {
    return new X509Certificate(leaf).publicKey.export({ type: 'spki', format: 'der' }).equals(spki);
  } catch {
    return false;
  }
}
