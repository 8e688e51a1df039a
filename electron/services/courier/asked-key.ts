import 'reflect-metadata';
import { sign } from 'node:crypto';
import { SubjectKeyIdentifierExtension } from '@peculiar/x509';
import { makeCertificate } from '#services/pki/certificate-builder.ts';
import { keyIdentifierOf, pointOf } from '#services/pki/device-key.ts';
import { publicKeyOfKey, withCourierKey, type KeyVault } from '#services/sync/line-keys.ts';

const YEAR_MS = 366 * 86_400_000;

/**
 * A stand-in for the certificate that was asked for and has not come: the cloud seals for the new key at once, and names
 * it by its key identifier (RFC 7093, 2, method 1). It is shown to nobody and proves nothing.
 */
export async function askedCertificate(vault: KeyVault, id: string, at: Date): Promise<Buffer> {
  const publicKeySpki = await publicKeyOfKey(vault, 'courier', id);
  const point = pointOf(publicKeySpki) ?? Buffer.alloc(0);
  const name = [{ CN: ['courier key that was asked for'] }];
  return makeCertificate(
    {
      ...{ subject: name, issuer: name, publicKeySpki, notBefore: at },
      notAfter: new Date(at.getTime() + YEAR_MS),
      extensions: [new SubjectKeyIdentifierExtension(keyIdentifierOf(point).toString('hex'))],
    },
    { publicKeySpki, sign: (data) => withCourierKey(vault, id, (key) => sign('sha256', data, key)) },
  );
}
