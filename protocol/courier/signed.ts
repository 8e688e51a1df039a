import { createHash, timingSafeEqual, verify, X509Certificate } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { altered, parsing } from './errors.ts';
import { OID } from './oids.ts';

/** A P-256 key that signs where it is kept. */
export interface CourierSigner {
  /** DER. */
  publicKeySpki: Uint8Array;
  /** ECDSA with SHA-256 over `data`, the signature in DER (Ecdsa-Sig-Value, RFC 3279, 2.2.3). */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** What a valid signature says; whether the signer may be believed is decided in trust.ts. */
export interface Signed {
  content: Buffer;
  certificate: pkijs.Certificate;
  /** All certificates that came along, the signer's among them. */
  certificates: pkijs.Certificate[];
  signedAt: Date;
}

const octets = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();
const algorithm = (algorithmId: string): pkijs.AlgorithmIdentifier =>
  new pkijs.AlgorithmIdentifier({ algorithmId });
const attribute = (type: string, value: asn1js.BaseBlock): pkijs.Attribute =>
  new pkijs.Attribute({ type, values: [value] });

/** In the order of DER's SET OF: ascending by their encoding. */
function signedAttributes(content: Uint8Array, at: Date): pkijs.Attribute[] {
  return [
    attribute(OID.contentType, new asn1js.ObjectIdentifier({ value: OID.data })),
    attribute(OID.signingTime, new asn1js.UTCTime({ valueDate: at })),
    attribute(OID.messageDigest, new asn1js.OctetString({ valueHex: octets(sha256(content)) })),
  ];
}

async function signerInfo(
  content: Uint8Array,
  signer: CourierSigner,
  certificate: pkijs.Certificate,
  at: Date,
): Promise<pkijs.SignerInfo> {
  const attributes = signedAttributes(content, at);
  const set = new asn1js.Set({ value: attributes.map((entry) => entry.toSchema()) });
  const signature = await signer.sign(new Uint8Array(set.toBER()));
  const { issuer, serialNumber } = certificate;
  return new pkijs.SignerInfo({
    version: 1,
    sid: new pkijs.IssuerAndSerialNumber({ issuer, serialNumber }),
    digestAlgorithm: algorithm(OID.sha256),
    signedAttrs: new pkijs.SignedAndUnsignedAttributes({ type: 0, attributes }),
    signatureAlgorithm: algorithm(OID.ecdsaWithSha256),
    signature: new asn1js.OctetString({ valueHex: octets(signature) }),
  });
}

function encapsulated(content: Uint8Array): asn1js.Sequence {
  const octetString = new asn1js.OctetString({ valueHex: octets(content) });
  return new asn1js.Sequence({
    value: [
      new asn1js.ObjectIdentifier({ value: OID.data }),
      new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [octetString] }),
    ],
  });
}

function isKeyOf({ publicKeySpki }: CourierSigner, certificate: Uint8Array = new Uint8Array()): boolean {
  const { publicKey } = new X509Certificate(certificate);
  return publicKey.export({ type: 'spki', format: 'der' }).equals(publicKeySpki);
}

/** ContentInfo of SignedData (RFC 5652, 5) over `content`. `chain`: DER, the signer's certificate first. */
export async function signContent(
  content: Uint8Array,
  signer: CourierSigner,
  chain: readonly Uint8Array[],
  at: Date,
): Promise<Buffer> {
  const certificates = chain.map((certificate) => pkijs.Certificate.fromBER(octets(certificate)));
  const [own] = certificates;
  if (own === undefined || !isKeyOf(signer, chain[0]))
    throw new TypeError('A signature needs the certificate of the key that signs');
  const info = await signerInfo(content, signer, own, at);
  const signedData = new asn1js.Sequence({
    value: [
      new asn1js.Integer({ value: 1 }),
      new asn1js.Set({ value: [algorithm(OID.sha256).toSchema()] }),
      encapsulated(content),
      new asn1js.Constructed({
        idBlock: { tagClass: 3, tagNumber: 0 },
        value: certificates.map((certificate) => certificate.toSchema()),
      }),
      new asn1js.Set({ value: [info.toSchema()] }),
    ],
  });
  const outer = new pkijs.ContentInfo({ contentType: OID.signedData, content: signedData });
  return Buffer.from(outer.toSchema().toBER());
}

function need<T>(value: T | null | undefined | false, what: string): T {
  if (value === undefined || value === null || value === false) throw new TypeError(what);
  return value;
}

function parseSigned(signed: Buffer): pkijs.SignedData {
  const options = { maxContentLength: signed.length, parseEmbedded: false };
  const { offset, result } = asn1js.fromBER(signed, options);
  need(offset === signed.length, 'Not one element');
  const info = new pkijs.ContentInfo({ schema: result });
  need(info.contentType === OID.signedData, 'Not a SignedData');
  return new pkijs.SignedData({ schema: info.content as unknown });
}

function signerOf(info: pkijs.SignerInfo, certificates: readonly pkijs.Certificate[]): pkijs.Certificate {
  const sid: unknown = info.sid;
  const found = certificates.find(
    ({ issuer, serialNumber }) =>
      sid instanceof pkijs.IssuerAndSerialNumber &&
      issuer.isEqual(sid.issuer) &&
      serialNumber.isEqual(sid.serialNumber),
  );
  return need(found, 'The signer’s certificate is missing');
}

function onlyValue(info: pkijs.SignerInfo, type: string): unknown {
  const found = (info.signedAttrs?.attributes ?? []).filter((entry) => entry.type === type);
  need(found.length === 1 && found[0]?.values.length === 1, `Not one attribute ${type}`);
  return found[0]?.values[0];
}

function checkAttributes(info: pkijs.SignerInfo, content: Buffer): Date {
  const type = onlyValue(info, OID.contentType);
  const digest = onlyValue(info, OID.messageDigest);
  const time = onlyValue(info, OID.signingTime);
  need(type instanceof asn1js.ObjectIdentifier && type.getValue() === OID.data, 'Another content type');
  const claimed = digest instanceof asn1js.OctetString ? digest.valueBlock.valueHexView : new Uint8Array();
  need(claimed.length === 32 && timingSafeEqual(claimed, sha256(content)), 'Another message digest');
  need(time instanceof asn1js.UTCTime || time instanceof asn1js.GeneralizedTime, 'No signing time');
  return (time as asn1js.UTCTime).toDate();
}

function checkSignature(info: pkijs.SignerInfo, certificate: pkijs.Certificate): void {
  need(info.digestAlgorithm.algorithmId === OID.sha256, 'Another digest');
  need(info.signatureAlgorithm.algorithmId === OID.ecdsaWithSha256, 'Another signature algorithm');
  const { publicKey } = new X509Certificate(Buffer.from(certificate.toSchema().toBER()));
  need(publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1', 'Not a P-256 key');
  const covered = Buffer.from(need(info.signedAttrs, 'Nothing is signed').encodedValue);
  const signature = Buffer.from(info.signature.valueBlock.valueHexView);
  need(verify('sha256', covered, { key: publicKey, dsaEncoding: 'der' }, signature), 'Signature fails');
}

function check(signed: Buffer): Signed {
  const data = parseSigned(signed);
  const { eContentType, eContent } = data.encapContentInfo;
  need(eContentType === OID.data, 'Another content type');
  const content = Buffer.from(need(eContent, 'No content').getValue());
  const [info, ...more] = data.signerInfos;
  need(info !== undefined && more.length === 0, 'Not one signer');
  const certificates = (data.certificates ?? []).filter((entry) => entry instanceof pkijs.Certificate);
  const certificate = signerOf(info as pkijs.SignerInfo, certificates);
  const signedAt = checkAttributes(info as pkijs.SignerInfo, content);
  checkSignature(info as pkijs.SignerInfo, certificate);
  return { content, certificate, certificates, signedAt };
}

/** Opens a SignedData with one signer and checks digest, attributes and signature. Throws `altered`. */
export function openSigned(signed: Buffer): Signed {
  const opened = parsing('signature', () => check(signed));
  if (Number.isNaN(opened.signedAt.getTime())) throw altered('signing time');
  return opened;
}
