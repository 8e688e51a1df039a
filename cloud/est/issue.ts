import { createHash, X509Certificate } from 'node:crypto';
import { newSerial } from '#services/pki/certificate-builder.ts';
import { subjectOf } from '#services/pki/crl.ts';
import { der, derBits, derOid, derTime, derUnsigned, TAG } from '#services/pki/der.ts';
import { keyIdentifierOf, pointOf } from '#services/pki/device-key.ts';
import { OID } from '#services/pki/profile.ts';
import type { Signer } from '#services/pki/signer.ts';
import { EstError } from './est-error.ts';
import type { DeviceRequest } from './request.ts';

/** The authority that issues over EST: its certificate, what is above it without and with the root, and its key. */
export interface EstAuthority {
  /** DER. */
  certificate: Uint8Array;
  /** DER, from the authority's certificate up to the root. */
  chain: readonly Uint8Array[];
  signer: Signer;
}

export interface IssuedDevice {
  der: Buffer;
  fingerprint: string;
  /** Hex. */
  serial: string;
  notBefore: Date;
  notAfter: Date;
}

const TRUE = der(0x01, Buffer.of(0xff));
const VERSION_3 = der(TAG.context0, der(TAG.integer, Buffer.of(2)));
const algorithm = der(TAG.sequence, derOid(OID.ecdsaWithSha256));
/** KeyUsage digitalSignature (RFC 5280, 4.2.1.3): bit 0, seven unused bits. */
const DIGITAL_SIGNATURE = der(TAG.bitString, Buffer.of(7, 0x80));

function extension(oid: string, value: Uint8Array, critical = false): Buffer {
  return der(TAG.sequence, derOid(oid), ...(critical ? [TRUE] : []), der(TAG.octetString, value));
}

function keyIdentifier(spki: Uint8Array): Buffer {
  const point = pointOf(spki);
  if (point === null) throw new EstError(400, 'The key of the request is not a P-256 key.');
  return keyIdentifierOf(point);
}

function extensions({ publicKeySpki, subjectAltName }: DeviceRequest, issuerKey: Uint8Array): Buffer {
  const own = der(TAG.octetString, keyIdentifier(publicKeySpki));
  const authority = der(TAG.sequence, der(0x80, keyIdentifier(issuerKey)));
  return der(
    TAG.context3,
    der(
      TAG.sequence,
      extension(OID.keyUsage, DIGITAL_SIGNATURE, true),
      extension(OID.extendedKeyUsage, der(TAG.sequence, derOid(OID.clientAuth))),
      extension(OID.subjectKeyIdentifier, own),
      extension(OID.authorityKeyIdentifier, authority),
      ...(subjectAltName === null ? [] : [extension(OID.subjectAltName, subjectAltName)]),
    ),
  );
}

function check(issued: Buffer, authority: EstAuthority): X509Certificate {
  const [parsed, issuer] = [
    new X509Certificate(issued),
    new X509Certificate(Buffer.from(authority.certificate)),
  ];
  if (parsed.checkIssued(issuer) && parsed.verify(issuer.publicKey)) return parsed;
  throw new EstError(500, 'A new certificate did not verify under its issuer and was thrown away.');
}

/**
 * Issues for a request that was checked. The subject stays byte for byte what was asked for, so that a renewed device
 * keeps its name (RFC 7030, 4.2.2). Read back with another implementation before it leaves.
 */
export async function issueDevice(
  authority: EstAuthority,
  request: DeviceRequest,
  valid: { from: Date; until: Date },
): Promise<IssuedDevice> {
  const body = der(
    TAG.sequence,
    VERSION_3,
    derUnsigned(newSerial()),
    algorithm,
    subjectOf(authority.certificate),
    der(TAG.sequence, derTime(valid.from), derTime(valid.until)),
    request.subject,
    request.publicKeySpki,
    extensions(request, authority.signer.publicKeySpki),
  );
  const issued = der(TAG.sequence, body, algorithm, derBits(await authority.signer.sign(body)));
  const parsed = check(issued, authority);
  return {
    der: issued,
    fingerprint: createHash('sha256').update(issued).digest('hex'),
    serial: parsed.serialNumber.toLowerCase(),
    notBefore: parsed.validFromDate,
    notAfter: parsed.validToDate,
  };
}
