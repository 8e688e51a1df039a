import { X509Certificate } from 'node:crypto';
import {
  children,
  der,
  derBits,
  derOid,
  derTime,
  derUnsigned,
  oidText,
  pick,
  readDer,
  TAG,
  type DerElement,
} from './der.ts';
import { pkiError } from './errors.ts';
import { OID } from './profile.ts';
import { verifyDer, type Signer } from './signer.ts';

/** Extensions of lists and of their entries (RFC 5280, 5.2 and 5.3). */
export const CRL_OID = {
  number: '2.5.29.20',
  reason: '2.5.29.21',
  distributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  authorityKeyIdentifier: OID.authorityKeyIdentifier,
} as const;

/** CRLReason (RFC 5280, 5.3.1). `unspecified` is never written: leaving the extension out says the same. */
const REASONS: Readonly<Record<string, number>> = {
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
};

export interface RevokedEntry {
  /** Serial number of the certificate, hex. */
  serial: string;
  at: Date;
  /** Name of a reason of RFC 5280; an unknown one counts as unspecified. */
  reason: string;
  /** Name (DER) of the certificate's issuer where that is not the list's: only in an indirect list. */
  issuer?: Uint8Array;
}

export interface CrlPlan {
  /** Certificate of whoever signs, DER. */
  issuer: Uint8Array;
  /** Grows with every list of this issuer. */
  number: number;
  thisUpdate: Date;
  nextUpdate: Date;
  revoked: Iterable<RevokedEntry>;
  /** Also lists certificates of other issuers (RFC 5280, 5.2.5); a verifier that does not know that must refuse it. */
  indirect?: boolean;
}

const TRUE = der(0x01, Buffer.of(0xff));
const ENUMERATED = 0x0a;
/** GeneralName, directoryName (RFC 5280, 4.2.1.6): the choice inside is explicit. */
const DIRECTORY_NAME = 0xa4;
const algorithm = der(TAG.sequence, derOid(OID.ecdsaWithSha256));
const VERSION_2 = der(TAG.integer, Buffer.of(1));

function extension(oid: string, value: Uint8Array, critical = false): Buffer {
  return der(TAG.sequence, derOid(oid), ...(critical ? [TRUE] : []), der(TAG.octetString, value));
}

/** INTEGER of a number up to 2^53. */
function derNumber(value: number): Buffer {
  const octets = Buffer.alloc(8);
  octets.writeBigUInt64BE(BigInt(value));
  return derUnsigned(octets);
}

function entryExtensions({ reason, issuer }: RevokedEntry): Buffer[] {
  const code = REASONS[reason];
  const found = [
    ...(code === undefined ? [] : [extension(CRL_OID.reason, der(ENUMERATED, Buffer.of(code)))]),
    ...(issuer === undefined
      ? []
      : [extension(CRL_OID.certificateIssuer, der(TAG.sequence, der(DIRECTORY_NAME, issuer)), true)]),
  ];
  return found.length === 0 ? [] : [der(TAG.sequence, ...found)];
}

function derEntry(entry: RevokedEntry): Buffer {
  const serial = entry.serial.length % 2 === 0 ? entry.serial : `0${entry.serial}`;
  return der(
    TAG.sequence,
    derUnsigned(Buffer.from(serial, 'hex')),
    derTime(entry.at),
    ...entryExtensions(entry),
  );
}

function bodyOf(certificate: Uint8Array): DerElement[] {
  return children(pick(children(readDer(certificate, TAG.sequence)), 0, TAG.sequence));
}

/** Subject (Name, DER) of a certificate, byte for byte. */
export function subjectOf(certificate: Uint8Array): Buffer {
  return pick(bodyOf(certificate), 5, TAG.sequence).raw;
}

/** Issuer (Name, DER) of a certificate, byte for byte. */
export function issuerOf(certificate: Uint8Array): Buffer {
  return pick(bodyOf(certificate), 3, TAG.sequence).raw;
}

/** Subject key identifier as the certificate has it (RFC 5280, 4.2.1.2); null without one. */
export function subjectKeyIdentifierOf(certificate: Uint8Array): Buffer | null {
  const last = bodyOf(certificate).at(-1);
  const extensions = last?.tag === TAG.context3 ? children(pick(children(last), 0, TAG.sequence)) : [];
  for (const each of extensions) {
    const fields = children(each);
    if (oidText(pick(fields, 0, TAG.oid).content) === OID.subjectKeyIdentifier)
      return readDer(fields.at(-1)?.content ?? Buffer.alloc(0), TAG.octetString).content;
  }
  return null;
}

/** Verifiers find the issuer of a list by it. */
function keyIdentifierIn(certificate: Uint8Array): Buffer {
  const identifier = subjectKeyIdentifierOf(certificate);
  if (identifier !== null) return identifier;
  throw pkiError(
    'certificate-profile',
    'The certificate of the authority has no subject key identifier.',
    'Use an authority whose certificate follows RFC 5280, 4.2.1.2.',
  );
}

function listExtensions(plan: CrlPlan): Buffer {
  const authority = der(TAG.sequence, der(0x80, keyIdentifierIn(plan.issuer)));
  const indirect = der(TAG.sequence, der(0x84, Buffer.of(0xff)));
  return der(
    TAG.context0,
    der(
      TAG.sequence,
      extension(CRL_OID.authorityKeyIdentifier, authority),
      extension(CRL_OID.number, derNumber(plan.number)),
      ...(plan.indirect === true ? [extension(CRL_OID.distributionPoint, indirect, true)] : []),
    ),
  );
}

/** The list without its signature. An empty list has no sequence of entries (RFC 5280, 5.1.2.6). */
function listBody(plan: CrlPlan): Buffer {
  const entries = Array.from(plan.revoked, derEntry);
  return der(
    TAG.sequence,
    VERSION_2,
    algorithm,
    subjectOf(plan.issuer),
    derTime(plan.thisUpdate),
    derTime(plan.nextUpdate),
    ...(entries.length === 0 ? [] : [der(TAG.sequence, ...entries)]),
    listExtensions(plan),
  );
}

/**
 * Signs a list of revoked certificates (RFC 5280, 5). The result is verified with the key of the issuer's certificate
 * before it leaves. Throws AppError `certificate-check` where the signer's key is not that of the certificate.
 */
export async function buildCrl(plan: CrlPlan, signer: Signer): Promise<Buffer> {
  const body = listBody(plan);
  const signature = await signer.sign(body);
  if (!verifyDer(new X509Certificate(Buffer.from(plan.issuer)).publicKey, body, signature))
    throw pkiError(
      'certificate-check',
      'A new list of revoked certificates did not verify under its issuer and was thrown away.',
      'Check that the key and the certificate of the authority belong together.',
    );
  return der(TAG.sequence, body, algorithm, derBits(signature));
}
