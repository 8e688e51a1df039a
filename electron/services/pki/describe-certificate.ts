import 'reflect-metadata';
import { createHash, X509Certificate as NodeCertificate } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  type Extension,
} from '@peculiar/x509';
import type { z } from 'zod';
import type { certificateView } from '#contract/units.ts';
import { children, oidText, pick, readDer, TAG } from './der.ts';
import { OID } from './profile.ts';

const names: Record<string, string> = {
  [OID.basicConstraints]: 'Basic Constraints',
  [OID.keyUsage]: 'Key Usage',
  [OID.extendedKeyUsage]: 'Extended Key Usage',
  [OID.subjectKeyIdentifier]: 'Subject Key Identifier',
  [OID.authorityKeyIdentifier]: 'Authority Key Identifier',
  [OID.subjectAltName]: 'Subject Alternative Name',
};
const purposes: Record<string, string> = {
  [OID.clientAuth]: 'TLS client authentication',
  [OID.documentSigning]: 'Document signing',
};
const usages: [KeyUsageFlags, string][] = [
  [KeyUsageFlags.digitalSignature, 'Digital signature'],
  [KeyUsageFlags.keyCertSign, 'Certificate signing'],
  [KeyUsageFlags.cRLSign, 'CRL signing'],
];

function grouped(hex: string): string {
  return hex.toUpperCase().match(/../g)?.join(' ') ?? '';
}

/** `Hardware module 1.3.6.1…, serial 2D 41 …` where the name is one (RFC 4108, 5), else null. */
function hardwareModule(value: Uint8Array): string | null {
  const [name] = children(readDer(value, TAG.sequence));
  if (name?.tag !== TAG.context0) return null;
  const [type, wrapped] = children(name);
  if (!type || !wrapped || oidText(type.content) !== OID.hardwareModuleName) return null;
  const parts = children(readDer(wrapped.content, TAG.sequence));
  const hardware = oidText(pick(parts, 0, TAG.oid).content);
  return `Hardware module ${hardware}, serial ${grouped(pick(parts, 1, TAG.octetString).content.toString('hex'))}`;
}

function valueOf(extension: Extension): string {
  if (extension instanceof BasicConstraintsExtension)
    return extension.ca ? `CA, path length ${extension.pathLength ?? 'unlimited'}` : 'Not a CA';
  if (extension instanceof KeyUsagesExtension)
    return usages.flatMap(([flag, text]) => (extension.usages & flag ? [text] : [])).join(', ');
  if (extension instanceof ExtendedKeyUsageExtension)
    return extension.usages.map((oid) => purposes[String(oid)] ?? String(oid)).join(', ');
  if (extension instanceof SubjectKeyIdentifierExtension) return grouped(extension.keyId);
  if (extension instanceof AuthorityKeyIdentifierExtension && extension.keyId)
    return grouped(extension.keyId);
  const raw = new Uint8Array(extension.value);
  const hardware = extension.type === OID.subjectAltName ? hardwareModule(raw) : null;
  return hardware ?? grouped(Buffer.from(raw).toString('hex'));
}

/** A certificate as the viewer shows it. */
export function describeCertificate(der: Uint8Array): z.infer<typeof certificateView> {
  const bytes = Buffer.from(der);
  const node = new NodeCertificate(bytes);
  const parsed = new X509Certificate(bytes);
  return {
    pem: node.toString(),
    fingerprint: createHash('sha256').update(bytes).digest('hex'),
    subject: node.subject.replaceAll('\n', ', '),
    issuer: node.issuer.replaceAll('\n', ', '),
    serial: node.serialNumber.toLowerCase(),
    notBefore: node.validFromDate.toISOString(),
    notAfter: node.validToDate.toISOString(),
    publicKey: `P-256 ${node.publicKey.export({ type: 'spki', format: 'der' }).subarray(-65).toString('hex')}`,
    extensions: parsed.extensions.map((extension) => ({
      name: names[extension.type] ?? extension.type,
      critical: extension.critical,
      value: valueOf(extension),
    })),
  };
}
