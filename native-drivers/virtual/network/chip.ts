import { sign, type KeyObject } from 'node:crypto';
import { DriverError } from '#drivers/core/errors.ts';
import { Device } from '../agent/device.ts';
import type { ChipHardware } from '../chip/firmware.ts';
import { CLIENT_CONTEXT, signedContent } from './tls/signatures.ts';

/** What every TLS client signs begins with this: 64 spaces, the context, a zero octet (RFC 8446, 4.4.3). */
const TLS_PREFIX = signedContent(CLIENT_CONTEXT, Buffer.alloc(0));
const HASH_BYTES = new Set([32, 48]);

/**
 * An enrolled and certified part after its application has started: the key was rebuilt from the PUF and stays in here.
 * It signs TLS handshakes and nothing else, so that what it signs is never taken for a challenge, a request or a certificate.
 */
export class RunningChip {
  readonly uid: Uint8Array;
  /** SHA-256 of the device key's SubjectPublicKeyInfo, 64 hex digits. */
  readonly deviceId: string;
  /** As injected by a station: DER, the device's own certificate first. */
  readonly chain: readonly Uint8Array[];
  readonly #key: KeyObject;

  private constructor(uid: Uint8Array, deviceId: string, chain: readonly Uint8Array[], key: KeyObject) {
    if (chain.length === 0) throw notReady('The part holds no certificate: inject one first.');
    this.uid = uid;
    this.deviceId = deviceId;
    this.chain = chain;
    this.#key = key;
  }

  /** Power-up with the application in flash: rebuilds the key. Throws DriverError `wrong-state`, `device-error`. */
  static start(hardware: ChipHardware): RunningChip {
    const device = new Device(hardware);
    device.identity.start();
    const { keys } = device.identity;
    if (!device.identity.isEnrolled) throw notReady('The part is not enrolled.');
    if (keys === null)
      throw new DriverError('device-error', 'The seed cannot be rebuilt from helper data.', {
        chip: 'unknown',
      });
    const chain = splitChain(device.read('chain') ?? new Uint8Array(0));
    const { privateKey, scalar } = keys.device;
    const deviceId = Buffer.from(keys.deviceId).toString('hex');
    const chip = new RunningChip(hardware.uid, deviceId, chain, privateKey);
    // Seed, PUF response and scalars are wiped; the array's model, 160 KB a part, is let go.
    scalar.fill(0);
    keys.enrolment.scalar.fill(0);
    keys.storage.fill(0);
    device.identity.stop();
    return chip;
  }

  /** ECDSA P-256 with SHA-256, DER, over the content of a TLS 1.3 client's CertificateVerify. Rejects with `bad-argument`. */
  signHandshake(content: Uint8Array): Promise<Uint8Array> {
    const hashBytes = content.length - TLS_PREFIX.length;
    if (!HASH_BYTES.has(hashBytes) || !TLS_PREFIX.equals(content.subarray(0, TLS_PREFIX.length)))
      return Promise.reject(
        new DriverError('bad-argument', 'The chip signs TLS handshakes only.', { chip: 'locked' }),
      );
    return Promise.resolve(sign('sha256', content, this.#key));
  }
}

const notReady = (message: string): DriverError =>
  new DriverError('wrong-state', message, { chip: 'not-locked' });

/** Certificates one after the other, each a SEQUENCE with a two-byte length. */
function splitChain(bytes: Uint8Array): Uint8Array[] {
  const view = Buffer.from(bytes);
  const parts: Uint8Array[] = [];
  for (let at = 0; at + 4 <= view.length;) {
    const end = at + 4 + view.readUInt16BE(at + 2);
    parts.push(bytes.slice(at, end));
    at = end;
  }
  return parts;
}
