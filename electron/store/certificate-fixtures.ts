import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const names = ['TH4-0001', 'TH4-0002'];

async function certificate(name: string): Promise<Buffer> {
  const keys = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned({
    ...{ name: `O=Devices, CN=${name}`, keys, signingAlgorithm: ecdsa },
  });
  return Buffer.from(made.rawData);
}

/** Two certificates of devices and the common names in them. */
export const deviceCertificates = { names, ders: await Promise.all(names.map(certificate)) };
