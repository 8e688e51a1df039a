import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { checkCsr, type CheckedCsr } from './csr.ts';
import { children, der, derBits, derOid, derTime, derUnsigned, pick, readDer, TAG } from './der.ts';
import { newSerial, signingExtensions, buildBody, algorithmOf } from './certificate-builder.ts';
import { subjectKeyIdentifierOf } from './crl.ts';
import { keyIdentifierOf } from './device-key.ts';
import { pkiError } from './errors.ts';
import { isDeviceName, NO_EXPIRY, OID, type DeviceProfile } from './profile.ts';
import { publicKeyOf, type Signer } from './signer.ts';

export interface IssueRequest {
  /** PKCS #10, DER. */
  csr: Uint8Array;
  /** What the part enrolled: the key of the request must hash to it. */
  deviceId: string;
  /** Hex; becomes hwSerialNum. */
  chipUid: string;
  /** The subject's serial number, unique under this issuer; PrintableString, 1..64. */
  serial: string;
  profile: DeviceProfile;
}
export interface IssuedCertificate {
  der: Uint8Array;
  /** Of the certificate, lower-case hex without leading zero octets. */
  serial: string;
  /** SHA-256 of the DER, lower-case hex. */
  fingerprint: string;
}
export interface Issuer {
  certificate: Uint8Array;
  issue(request: IssueRequest): Promise<IssuedCertificate>;
}

/** The parts of a body that are the same in every device certificate of one issuer. */
interface Template {
  version: Buffer;
  algorithm: Buffer;
  issuer: Buffer;
  notAfter: Buffer;
  keyUsage: Buffer;
  extendedKeyUsage: Buffer;
  authorityKeyIdentifier: Buffer;
}

const printable = /^[A-Za-z0-9 '()+,\-./:=?]{1,64}$/;

function refuseProfile(what: string): never {
  throw pkiError('certificate-profile', what, 'Correct the certificate profile of the job.');
}

function checkProfile(request: IssueRequest): void {
  const { serial, profile, chipUid } = request;
  if (!isDeviceName(profile.commonNamePrefix))
    refuseProfile(
      'The common name would hold a slash or a wildcard of MQTT: brokers take it as a user name.',
    );
  if (!printable.test(serial))
    refuseProfile(`The serial number "${serial}" is not a PrintableString of 1 to 64.`);
  // Upper bounds: ub-common-name and ub-organization-name, RFC 5280, appendix A.1.
  if (profile.commonNamePrefix.length + 1 + serial.length > 64)
    refuseProfile('The common name would be longer than 64 characters.');
  if (profile.organization.length < 1 || profile.organization.length > 64)
    refuseProfile('The organization must have 1 to 64 characters.');
  if (!/^([0-9a-f]{2}){1,32}$/.test(chipUid)) refuseProfile('The chip id is not hexadecimal.');
}

function attribute(oid: Buffer, tag: number, text: string): Buffer {
  return der(TAG.set, der(TAG.sequence, oid, der(tag, Buffer.from(text))));
}

const oids = {
  organization: derOid(OID.organization),
  commonName: derOid(OID.commonName),
  serialNumber: derOid(OID.serialNumber),
  subjectKeyIdentifier: derOid(OID.subjectKeyIdentifier),
  authorityKeyIdentifier: derOid(OID.authorityKeyIdentifier),
  subjectAltName: derOid(OID.subjectAltName),
  hardwareModuleName: derOid(OID.hardwareModuleName),
};

function subject({ profile, serial }: IssueRequest): Buffer {
  return der(
    TAG.sequence,
    attribute(oids.organization, TAG.utf8String, profile.organization),
    attribute(oids.commonName, TAG.utf8String, `${profile.commonNamePrefix}-${serial}`),
    attribute(oids.serialNumber, TAG.printableString, serial),
  );
}

/** GeneralNames with one otherName: HardwareModuleName ::= SEQUENCE { hwType, hwSerialNum } (RFC 4108, 5). */
function hardwareModule({ profile, chipUid }: IssueRequest): Buffer {
  const name = der(
    TAG.sequence,
    derOid(profile.hardwareType),
    der(TAG.octetString, Buffer.from(chipUid, 'hex')),
  );
  const otherName = der(TAG.context0, oids.hardwareModuleName, der(TAG.context0, name));
  return der(TAG.sequence, oids.subjectAltName, der(TAG.octetString, der(TAG.sequence, otherName)));
}

function keyIdentifier(point: Uint8Array): Buffer {
  const value = der(TAG.octetString, keyIdentifierOf(point));
  return der(TAG.sequence, oids.subjectKeyIdentifier, der(TAG.octetString, value));
}

/** The issuer's own identifier, however it was made: verifiers compare the two (RFC 5280, 4.2.1.1). */
function authorityIdentifier(certificate: Uint8Array): Buffer | null {
  const identifier = subjectKeyIdentifierOf(certificate);
  if (identifier === null) return null;
  const value = der(TAG.sequence, der(0x80, identifier));
  return der(TAG.sequence, oids.authorityKeyIdentifier, der(TAG.octetString, value));
}

/** Builds one certificate body with the library and keeps what does not change from device to device. */
async function makeTemplate(signer: Signer, certificate: Buffer): Promise<Template> {
  const issuerFields = children(pick(children(readDer(certificate, TAG.sequence)), 0, TAG.sequence));
  const body = await buildBody({
    subject: [{ CN: ['template'] }],
    issuer: [{ CN: ['template'] }],
    publicKeySpki: signer.publicKeySpki,
    notBefore: new Date(0),
    notAfter: NO_EXPIRY,
    extensions: signingExtensions(OID.clientAuth, signer.publicKeySpki, signer.publicKeySpki),
  });
  const fields = children(readDer(body, TAG.sequence));
  const extensions = children(pick(children(pick(fields, 7, TAG.context3)), 0, TAG.sequence));
  return {
    version: pick(fields, 0, TAG.context0).raw,
    algorithm: algorithmOf(body),
    // Byte for byte the issuer's own subject: a re-encoded name may fail to chain (RFC 5280, 7.1).
    issuer: pick(issuerFields, 5, TAG.sequence).raw,
    notAfter: pick(children(pick(fields, 4, TAG.sequence)), 1, TAG.generalizedTime).raw,
    keyUsage: pick(extensions, 0, TAG.sequence).raw,
    extendedKeyUsage: pick(extensions, 1, TAG.sequence).raw,
    authorityKeyIdentifier: authorityIdentifier(certificate) ?? pick(extensions, 3, TAG.sequence).raw,
  };
}

function splice(template: Template, request: IssueRequest, key: CheckedCsr, serial: Buffer): Buffer {
  const extensions = der(
    TAG.sequence,
    template.keyUsage,
    template.extendedKeyUsage,
    keyIdentifier(key.point),
    template.authorityKeyIdentifier,
    hardwareModule(request),
  );
  return der(
    TAG.sequence,
    template.version,
    derUnsigned(serial),
    template.algorithm,
    template.issuer,
    der(TAG.sequence, derTime(new Date()), template.notAfter),
    subject(request),
    key.publicKeySpki,
    der(TAG.context3, extensions),
  );
}

function checkIssued(certificate: Buffer, issuer: X509Certificate, issuerKey: KeyObject): X509Certificate {
  const parsed = new X509Certificate(certificate);
  // checkIssued compares names and key identifiers, verify the signature.
  if (!parsed.checkIssued(issuer) || !parsed.verify(issuerKey))
    throw pkiError(
      'certificate-check',
      'A new certificate did not verify under its issuer and was thrown away.',
      'Stop the batch and check the issuing key.',
    );
  return parsed;
}

/**
 * Issues IDevIDs (IEEE 802.1AR, 8) under one CA. The library builds a template once; each certificate is spliced
 * from it, signed, and read back with another implementation before it leaves. Throws AppError `csr-*`,
 * `certificate-profile`, `certificate-check`.
 */
export async function createIssuer(ca: { signer: Signer; certificate: Uint8Array }): Promise<Issuer> {
  const certificate = Buffer.from(ca.certificate);
  const template = await makeTemplate(ca.signer, certificate);
  const issuerKey = publicKeyOf(ca.signer.publicKeySpki);
  const issuer = new X509Certificate(certificate);
  const issue = async (request: IssueRequest): Promise<IssuedCertificate> => {
    checkProfile(request);
    const key = checkCsr(request.csr, request);
    const body = splice(template, request, key, newSerial());
    const signature = await ca.signer.sign(body);
    const issued = der(TAG.sequence, body, template.algorithm, derBits(signature));
    const parsed = checkIssued(issued, issuer, issuerKey);
    return {
      der: issued,
      serial: parsed.serialNumber.toLowerCase(),
      fingerprint: createHash('sha256').update(issued).digest('hex'),
    };
  };
  return { certificate, issue };
}
