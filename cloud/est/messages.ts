import { der, derOid, TAG } from '#services/pki/der.ts';
import { OID } from '#services/pki/profile.ts';

/** Media types of RFC 7030, 4; certs-only CMS says so in its parameter (section 4.1.3). */
export const EST_TYPE = {
  certificates: 'application/pkcs7-mime; smime-type=certs-only',
  attributes: 'application/csrattrs',
  request: 'application/pkcs10',
} as const;

/** RFC 5652, 3 and 5. */
const CMS = { data: '1.2.840.113549.1.7.1', signedData: '1.2.840.113549.1.7.2' } as const;

/** SignedData without a signer that only carries certificates (RFC 5272, 4.1), DER. */
export function certsOnly(certificates: readonly Uint8Array[]): Buffer {
  const signedData = der(
    TAG.sequence,
    der(TAG.integer, Buffer.of(1)),
    der(TAG.set),
    der(TAG.sequence, derOid(CMS.data)),
    der(TAG.context0, ...certificates),
    der(TAG.set),
  );
  return der(TAG.sequence, derOid(CMS.signedData), der(TAG.context0, signedData));
}

/** What a request should look like (CsrAttrs of RFC 7030, 4.5.2): a P-256 key, signed with ECDSA and SHA-256. */
export function requestAttributes(): Buffer {
  return der(
    TAG.sequence,
    der(TAG.sequence, derOid(OID.ecPublicKey), der(TAG.set, derOid(OID.prime256v1))),
    derOid(OID.ecdsaWithSha256),
  );
}

/** Base64 as bodies carry it: with line feeds for old clients, which RFC 8951, 3.1 has every client take. */
export function toBody(bytes: Uint8Array): string {
  return `${Buffer.from(bytes)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n')}\n`;
}

/** Bytes of a base64 body, white space anywhere; null where it is not base64 (RFC 8951, 3.1). */
export function fromBody(body: string): Buffer | null {
  const text = body.replaceAll(/\s+/g, '');
  const whole = text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return whole ? Buffer.from(text, 'base64') : null;
}
