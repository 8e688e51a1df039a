import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { altered, CourierError, parsing } from './errors.ts';
import { KEY_LENGTH, deriveWrapKey, unwrapKey, wrapKey } from './key-wrap.ts';
import { OID } from './oids.ts';

/** One of our own key pairs for receiving. The private key stays where it is: only shared secrets come out. */
export interface CourierKey {
  /** X.509, DER, P-256. */
  certificate: Uint8Array;
  /** Raw ECDH shared secret (32 octets, the x coordinate) with the peer's key, SPKI in DER. */
  agree(peerPublicKeySpki: Uint8Array): Promise<Uint8Array>;
}

const NONCE = 12;
/** Octets of the authentication tag (`aes-ICVlen` of RFC 5084, 3.2). */
const MAC = 16;
const POINT = 65;
/** SubjectPublicKeyInfo of an uncompressed P-256 point, up to the point (RFC 5480, 2). */
const P256_SPKI = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

interface Envelope {
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
function recipientIds(certificate: Uint8Array): Buffer[] {
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
function encode(envelope: Envelope): Buffer {
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

/** Names of the fields that differ from file to file; everything else must come out of `encode` again. */
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

function decode(file: Buffer): Envelope {
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

/** Encrypts for the holder of `certificate` (P-256): ephemeral-static ECDH, X9.63 KDF, AES-256 key wrap, AES-256-GCM. */
export function encryptFor(certificate: Uint8Array, clear: Uint8Array): Buffer {
  const { publicKey } = new X509Certificate(certificate);
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const secret = diffieHellman({ privateKey: ephemeral.privateKey, publicKey });
  const [key, nonce] = [randomBytes(KEY_LENGTH), randomBytes(NONCE)];
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: MAC });
  const ciphertext = Buffer.concat([cipher.update(clear), cipher.final()]);
  const wrapped = wrapKey(deriveWrapKey(secret), key);
  const point = ephemeral.publicKey.export({ type: 'spki', format: 'der' }).subarray(P256_SPKI.length);
  const rid = recipientIds(certificate)[0] ?? Buffer.alloc(0);
  return encode({ rid, point, wrapped, nonce, ciphertext, mac: cipher.getAuthTag() });
}

function keyFor(rid: Buffer, keys: readonly CourierKey[]): CourierKey {
  const key = keys.find(({ certificate }) => recipientIds(certificate).some((id) => id.equals(rid)));
  if (key !== undefined) return key;
  throw new CourierError('wrong-addressee', 'The courier file is sealed for somebody else.');
}

function ephemeralSpki(point: Buffer): Buffer {
  const spki = Buffer.concat([P256_SPKI, point]);
  if (point.length !== POINT || point[0] !== 4) throw altered('ephemeral key');
  // OpenSSL checks here that the point is on the curve; the vault is never asked with another.
  parsing('ephemeral key', () => createPublicKey({ key: spki, format: 'der', type: 'spki' }));
  return spki;
}

function decryptContent(key: Buffer, { nonce, ciphertext, mac }: Envelope): Buffer {
  return parsing('content', () => {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: MAC });
    decipher.setAuthTag(mac);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  });
}

/** Decrypts what was sealed for one of `keys`. Every byte counts: what does not come out of our own encoder again is altered. */
export async function decryptWith(keys: readonly CourierKey[], file: Buffer): Promise<Buffer> {
  const envelope = parsing('envelope', () => decode(file));
  const key = keyFor(envelope.rid, keys);
  if (!parsing('envelope', () => encode(envelope)).equals(file)) throw altered('envelope');
  const secret = await key.agree(ephemeralSpki(envelope.point));
  const contentKey = unwrapKey(deriveWrapKey(secret), envelope.wrapped);
  if (contentKey?.length !== KEY_LENGTH) throw altered('content key');
  return decryptContent(contentKey, envelope);
}
