import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { OID } from './oids.ts';

/** Octets of the authentication tag (`aes-ICVlen` of RFC 5084, 3.2). */
export const MAC = 16;

/** What differs from one AuthEnvelopedData of ours to the next. */
export interface Envelope {
  /** KeyAgreeRecipientIdentifier, DER. */
  rid: Buffer;
  /** Sender's ephemeral P-256 point, uncompressed. */
  point: Buffer;
  wrapped: Buffer;
  nonce: Buffer;
  ciphertext: Buffer;
  mac: Buffer;
}

const hexOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
const der = (object: { toBER(): ArrayBuffer }): Buffer => Buffer.from(object.toBER());

/** Both names under which a certificate may be addressed (RFC 5652, 6.2.2); by key first, which outlives renewals. */
export function recipientIds(certificate: Uint8Array): Buffer[] {
  const parsed = pkijs.Certificate.fromBER(hexOf(certificate));
  const names = new pkijs.IssuerAndSerialNumber({
    issuer: parsed.issuer,
    serialNumber: parsed.serialNumber,
  });
  const ids = [new pkijs.KeyAgreeRecipientIdentifier({ variant: 1, value: names })];
  const extension = parsed.extensions?.find(({ extnID }) => extnID === OID.subjectKeyIdentifier);
  if (extension?.parsedValue instanceof asn1js.OctetString) {
    const subjectKeyIdentifier = new asn1js.OctetString({
      valueHex: hexOf(extension.parsedValue.valueBlock.valueHexView),
    });
    const value = new pkijs.RecipientKeyIdentifier({ subjectKeyIdentifier });
    ids.unshift(new pkijs.KeyAgreeRecipientIdentifier({ variant: 2, value }));
  }
  return ids.map((id) => der(id.toSchema()));
}

function recipientInfo({ rid, point, wrapped }: Envelope): asn1js.BaseBlock {
  const originator = new pkijs.OriginatorIdentifierOrKey({
    variant: 3,
    value: new pkijs.OriginatorPublicKey({
      algorithm: new pkijs.AlgorithmIdentifier({ algorithmId: OID.ecPublicKey }),
      publicKey: new asn1js.BitString({ valueHex: hexOf(point) }),
    }),
  });
  const encrypted = new asn1js.Sequence({
    value: [asn1js.fromBER(hexOf(rid)).result, new asn1js.OctetString({ valueHex: hexOf(wrapped) })],
  });
  const algorithm = new pkijs.AlgorithmIdentifier({
    algorithmId: OID.ecdhSha256Kdf,
    algorithmParams: new pkijs.AlgorithmIdentifier({ algorithmId: OID.aes256Wrap }).toSchema(),
  });
  return new asn1js.Constructed({
    idBlock: { tagClass: 3, tagNumber: 1 },
    value: [
      new asn1js.Integer({ value: 3 }),
      new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [originator.toSchema()] }),
      algorithm.toSchema(),
      new asn1js.Sequence({ value: [encrypted] }),
    ],
  });
}

function encryptedContent({ nonce, ciphertext }: Envelope): asn1js.Sequence {
  const parameters = new asn1js.Sequence({
    value: [new asn1js.OctetString({ valueHex: hexOf(nonce) }), new asn1js.Integer({ value: MAC })],
  });
  const algorithm = new asn1js.Sequence({
    value: [new asn1js.ObjectIdentifier({ value: OID.aes256Gcm }), parameters],
  });
  return new asn1js.Sequence({
    value: [
      new asn1js.ObjectIdentifier({ value: OID.data }),
      algorithm,
      new asn1js.Primitive({ idBlock: { tagClass: 3, tagNumber: 0 }, valueHex: hexOf(ciphertext) }),
    ],
  });
}

/** ContentInfo of AuthEnvelopedData (RFC 5083, 2.1) with one recipient and no attributes: the only shape we take. */
export function encodeEnvelope(envelope: Envelope): Buffer {
  const content = new asn1js.Sequence({
    value: [
      new asn1js.Integer({ value: 0 }),
      new asn1js.Set({ value: [recipientInfo(envelope)] }),
      encryptedContent(envelope),
      new asn1js.OctetString({ valueHex: hexOf(envelope.mac) }),
    ],
  });
  return der(new pkijs.ContentInfo({ contentType: OID.authEnvelopedData, content }).toSchema());
}

/** Names of the fields that differ from file to file; everything else must come out of `encodeEnvelope` again. */
const SHAPE = new asn1js.Sequence({
  value: [
    new asn1js.ObjectIdentifier(),
    new asn1js.Constructed({
      idBlock: { tagClass: 3, tagNumber: 0 },
      value: [
        new asn1js.Sequence({
          value: [
            new asn1js.Integer(),
            new asn1js.Set({ value: [new asn1js.Any({ name: 'recipient' })] }),
            new asn1js.Sequence({
              value: [
                new asn1js.ObjectIdentifier(),
                new asn1js.Sequence({
                  value: [
                    new asn1js.ObjectIdentifier(),
                    new asn1js.Sequence({
                      value: [new asn1js.OctetString({ name: 'nonce' }), new asn1js.Integer()],
                    }),
                  ],
                }),
                new asn1js.Primitive({ name: 'ciphertext', idBlock: { tagClass: 3, tagNumber: 0 } }),
              ],
            }),
            new asn1js.OctetString({ name: 'mac' }),
          ],
        }),
      ],
    }),
  ],
});

function valueOf(block: unknown): Buffer {
  if (!(block instanceof asn1js.OctetString) && !(block instanceof asn1js.Primitive))
    throw new TypeError('No octets where octets were expected');
  const { buffer, byteOffset, byteLength } = block.valueBlock.valueHexView;
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Takes the fields out of a file. Throws where they are not there; leniency is undone by encoding them again. */
export function decodeEnvelope(file: Buffer): Envelope {
  const options = { maxContentLength: file.length, parseEmbedded: false };
  const parsed = asn1js.fromBER(file, options).result;
  const found = asn1js.compareSchema(parsed, parsed, SHAPE);
  if (!found.verified) throw new TypeError('Not the shape of an AuthEnvelopedData of ours');
  const fields = found.result as Record<string, unknown>;
  const recipient = new pkijs.RecipientInfo({ schema: fields['recipient'] }).value;
  if (!(recipient instanceof pkijs.KeyAgreeRecipientInfo)) throw new TypeError('No key agreement');
  const originator: unknown = recipient.originator.value;
  const encrypted = recipient.recipientEncryptedKeys.encryptedKeys[0];
  if (!(originator instanceof pkijs.OriginatorPublicKey) || encrypted === undefined)
    throw new TypeError('No ephemeral key, or nothing encrypted under it');
  return {
    rid: der(encrypted.rid.toSchema()),
    point: Buffer.from(originator.publicKey.valueBlock.valueHexView),
    wrapped: valueOf(encrypted.encryptedKey),
    nonce: valueOf(fields['nonce']),
    ciphertext: valueOf(fields['ciphertext']),
    mac: valueOf(fields['mac']),
  };
}
