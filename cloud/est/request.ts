import { AppError } from '#contract/errors.ts';
import { checkCsr } from '#services/pki/csr.ts';
import { children, oidText, pick, readDer, TAG, type DerElement } from '#services/pki/der.ts';
import { deviceIdOf } from '#services/pki/device-key.ts';
import { isDeviceName, OID } from '#services/pki/profile.ts';
import { EstError } from './est-error.ts';

/** A request whose own signature holds: P-256, one serial number. */
export interface DeviceRequest {
  /** Name, DER, as it stands. */
  subject: Buffer;
  commonName: string;
  serial: string;
  publicKeySpki: Buffer;
  /** SHA-256 of the key. */
  deviceId: string;
  /** subjectAltName that was asked for (extensionRequest, RFC 2985, 5.4.2), DER. */
  subjectAltName: Buffer | null;
}

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
/** Names of X.520 that a device's subject may have. */
const ATTRIBUTES: readonly string[] = [OID.organization, OID.commonName, OID.serialNumber];

interface Attribute {
  type: string;
  value: string;
}

/** Every attribute of a Name, in its order. */
function attributesOf(subject: DerElement): Attribute[] {
  return children(subject)
    .flatMap(children)
    .map(children)
    .map(([type, value]) => ({
      type: oidText(type?.content ?? Buffer.alloc(0)),
      value: value?.content.toString('utf8') ?? '',
    }));
}

function only(attributes: readonly Attribute[], type: string, name: string): string {
  const found = attributes.filter((each) => each.type === type);
  const [first] = found;
  if (first === undefined || found.length > 1 || first.value.length === 0 || first.value.length > 64)
    throw new EstError(400, `The subject must have one ${name} of at most 64 characters.`);
  return first.value;
}

function alternativeName(extensions: DerElement): Buffer | null {
  for (const each of children(extensions)) {
    const fields = children(each);
    if (oidText(pick(fields, 0, TAG.oid).content) === OID.subjectAltName)
      return hardwareNameOnly(Buffer.from(fields.at(-1)?.content ?? []));
  }
  return null;
}

/** A device may say what hardware it is (RFC 4108, 5), and no address or host: others would believe it. */
function hardwareNameOnly(names: Buffer): Buffer {
  const foreign = children(readDer(names, TAG.sequence)).find(
    (each) =>
      each.tag !== TAG.context0 ||
      oidText(pick(children(each), 0, TAG.oid).content) !== OID.hardwareModuleName,
  );
  if (foreign === undefined) return names;
  throw new EstError(400, 'The request asks for an alternative name other than HardwareModuleName.');
}

/** Attributes stand behind the key under [0] IMPLICIT (RFC 2986, 4.1). */
function requestedName(fields: readonly DerElement[]): Buffer | null {
  for (const attribute of fields[3] === undefined ? [] : children(fields[3])) {
    const [type, values] = children(attribute);
    if (oidText(type?.content ?? Buffer.alloc(0)) !== EXTENSION_REQUEST || values === undefined) continue;
    return alternativeName(pick(children(values), 0, TAG.sequence));
  }
  return null;
}

/** The name of a certificate or request, as far as both must agree when a device renews. */
export function namesIn(subject: Uint8Array): { commonName: string; serial: string } {
  const attributes = attributesOf(readDer(subject, TAG.sequence));
  const foreign = attributes.find(({ type }) => !ATTRIBUTES.includes(type));
  if (foreign !== undefined)
    throw new EstError(400, `The subject has an attribute that a device's name has not: ${foreign.type}.`);
  return {
    commonName: only(attributes, OID.commonName, 'common name'),
    serial: only(attributes, OID.serialNumber, 'serial number (2.5.4.5)'),
  };
}

function read(csr: Uint8Array): DeviceRequest {
  const fields = children(pick(children(readDer(csr, TAG.sequence)), 0, TAG.sequence));
  const subject = pick(fields, 1, TAG.sequence).raw;
  const publicKeySpki = pick(fields, 2, TAG.sequence).raw;
  const names = namesIn(subject);
  if (!isDeviceName(names.commonName))
    throw new EstError(400, 'A device’s common name holds neither / nor + # % nor control characters.');
  const deviceId = deviceIdOf(publicKeySpki);
  checkCsr(csr, { deviceId, serial: names.serial });
  return { subject, ...names, publicKeySpki, deviceId, subjectAltName: requestedName(fields) };
}

/** Reads and checks a device's request by the rules of every other part of Rootline. Throws EstError 400. */
export function readRequest(csr: Uint8Array): DeviceRequest {
  try {
    return read(csr);
  } catch (cause) {
    if (cause instanceof EstError) throw cause;
    const what = cause instanceof AppError ? cause.view.what : 'The certificate request cannot be read.';
    throw new EstError(400, what, { cause });
  }
}
