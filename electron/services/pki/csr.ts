import { children, DerError, derOid, oidText, pick, readDer, TAG, type DerElement } from './der.ts';
import { deviceIdOf, pointOf } from './device-key.ts';
import { partRefused } from './errors.ts';
import { OID } from './profile.ts';
import { publicKeyOf, verifyDer } from './signer.ts';

/** A request whose own signature holds. */
export interface CheckedCsr {
  publicKeySpki: Buffer;
  /** Uncompressed point, 65 bytes. */
  point: Buffer;
  deviceId: string;
}

/** What the request must agree with; the rest of its subject is ignored, the profile decides. */
export interface CsrExpectation {
  deviceId: string;
  serial: string;
}

/** A device's request is below 400 bytes; anything far above is not one. */
const MAX_CSR_BYTES = 2048;
const ecdsaWithSha256 = derOid(OID.ecdsaWithSha256);

interface RawCsr {
  info: DerElement;
  subject: DerElement;
  spki: DerElement;
  algorithm: DerElement;
  signature: Buffer;
}

/** CertificationRequest of RFC 2986, 4.2. */
function parse(csr: Uint8Array): RawCsr {
  if (csr.length > MAX_CSR_BYTES) throw new DerError('Request is too large', MAX_CSR_BYTES);
  const parts = children(readDer(csr, TAG.sequence));
  const info = pick(parts, 0, TAG.sequence);
  const fields = children(info);
  const bits = pick(parts, 2, TAG.bitString).content;
  if (parts.length !== 3 || bits[0] !== 0) throw new DerError('Not a certification request', 0);
  if (!pick(fields, 0, TAG.integer).content.equals(Buffer.of(0))) throw new DerError('Unknown version', 0);
  return {
    info,
    subject: pick(fields, 1, TAG.sequence),
    spki: pick(fields, 2, TAG.sequence),
    algorithm: pick(parts, 1, TAG.sequence),
    signature: bits.subarray(1),
  };
}

/** Every serialNumber attribute of a Name; one is expected, two would be a trick. */
function serialsOf(subject: DerElement): string[] {
  return children(subject)
    .flatMap(children)
    .map(children)
    .filter(([type]) => type?.tag === TAG.oid && oidText(type.content) === OID.serialNumber)
    .map(([, value]) => value?.content.toString('utf8') ?? '');
}

function refuseKeyType(): never {
  throw partRefused('csr-key-type', 'The request is not for a P-256 key signed with ECDSA and SHA-256.');
}

function checkSignature(raw: RawCsr): void {
  if (!children(raw.algorithm)[0]?.raw.equals(ecdsaWithSha256)) refuseKeyType();
  try {
    if (verifyDer(publicKeyOf(raw.spki.raw), raw.info.raw, raw.signature)) return;
  } catch (cause) {
    // A point that is not on the curve is refused by the key import.
    throw partRefused('csr-key-type', 'The public key of the request is not a valid P-256 point.', cause);
  }
  throw partRefused('csr-signature', 'The request is not signed by the key that it names.');
}

function parseOrRefuse(csr: Uint8Array): { raw: RawCsr; serials: string[] } {
  try {
    const raw = parse(csr);
    return { raw, serials: serialsOf(raw.subject) };
  } catch (cause) {
    throw partRefused('csr-malformed', 'The certificate request cannot be read.', cause);
  }
}

/**
 * Checks a device's request (RFC 2986): its own signature, a P-256 key, the subject's serial number, and that the
 * key is the one the part enrolled. Throws AppError `csr-*`. That the key is new is the store's check.
 */
export function checkCsr(csr: Uint8Array, expected: CsrExpectation): CheckedCsr {
  const { raw, serials } = parseOrRefuse(csr);
  const point = pointOf(raw.spki.raw) ?? refuseKeyType();
  checkSignature(raw);
  if (serials.length !== 1 || serials[0] !== expected.serial)
    throw partRefused('csr-serial', `The request is for serial ${serials.join(', ') || 'none'}.`);
  const deviceId = deviceIdOf(raw.spki.raw);
  if (deviceId !== expected.deviceId)
    throw partRefused('csr-device-id', 'The key of the request is not the key that the part enrolled.');
  return { publicKeySpki: raw.spki.raw, point, deviceId };
}
