import 'reflect-metadata';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { CloudError } from '#cloud/server/problem.ts';
import { pointOf } from '#services/pki/device-key.ts';

function refuse(what: string, cause?: unknown): CloudError {
  return new CloudError(
    422,
    { code: 'bad-request-for-certificate', what, next: 'Let the station make new requests and join again.' },
    { cause },
  );
}

/** SPKI (DER) of a station's request (PKCS #10, RFC 2986) for a P-256 key whose own signature holds. Throws CloudError. */
export async function checkedRequest(csr: Uint8Array): Promise<Buffer> {
  let request: Pkcs10CertificateRequest;
  try {
    request = new Pkcs10CertificateRequest(new Uint8Array(csr));
  } catch (cause) {
    throw refuse('A certificate request of the station cannot be read.', cause);
  }
  const spki = Buffer.from(request.publicKey.rawData);
  if (pointOf(spki) === null) throw refuse('A certificate request of the station is not for a P-256 key.');
  if (!(await request.verify().catch(() => false)))
    throw refuse('A certificate request of the station is not signed by its own key.');
  return spki;
}
