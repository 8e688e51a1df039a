import { createPublicKey, X509Certificate } from 'node:crypto';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { children, pick, readDer, TAG } from '#services/pki/der.ts';
import type { Signer } from '#services/pki/signer.ts';

/** What a signature is for: one over a record can never pass for one over a manifest (RFC 8725, 3.11). */
export type JwsType =
  'rootline-record+json' | 'rootline-manifest+json' | 'rootline-checkpoint+json' | 'rootline-down+json';

/** Who signs: the station's key, and its certificate followed by the issuing CA's, DER. */
export interface JwsSigner {
  signer: Signer;
  chain: readonly Uint8Array[];
}

/** ES256 wants r and s as 32 octets each (RFC 7518, 3.4); the key store hands out DER. */
function rawSignature(signature: Uint8Array): Buffer {
  const parts = children(readDer(signature, TAG.sequence));
  const number = (index: number) => {
    const digits = pick(parts, index, TAG.integer).content;
    const trimmed = digits[0] === 0 ? digits.subarray(1) : digits;
    return Buffer.concat([Buffer.alloc(32 - trimmed.length), trimmed]);
  };
  return Buffer.concat([number(0), number(1)]);
}

/**
 * Compact JWS (RFC 7515, 7.1) over `payload`. The key may sit in a token that no library can be handed, so only the
 * three parts are put together here; every check goes through the library.
 */
export async function signJws(by: JwsSigner, type: JwsType, payload: string): Promise<string> {
  const x5c = by.chain.map((certificate) => Buffer.from(certificate).toString('base64'));
  const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: type, x5c })).toString('base64url');
  const input = `${header}.${Buffer.from(payload).toString('base64url')}`;
  const signature = rawSignature(await by.signer.sign(Buffer.from(input)));
  return `${input}.${signature.toString('base64url')}`;
}

/** The certificate that a JWS names as its signer's (x5c, RFC 7515, 4.1.6): to be checked before it is believed. */
export function signerCertificate(jws: string): X509Certificate {
  const leaf = decodeProtectedHeader(jws).x5c?.[0];
  if (leaf === undefined) throw new TypeError('The signature names no certificate');
  return new X509Certificate(Buffer.from(leaf, 'base64'));
}

/** The payload, once the signature by the certificate's key holds and is of the right type. Rejects otherwise. */
export async function verifyJws(jws: string, type: JwsType, certificate: X509Certificate): Promise<string> {
  const key = createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' }));
  const { payload } = await compactVerify(jws, key, { algorithms: ['ES256'] });
  if (decodeProtectedHeader(jws).typ !== type) throw new TypeError(`The signature is not of type ${type}`);
  return Buffer.from(payload).toString('utf8');
}
