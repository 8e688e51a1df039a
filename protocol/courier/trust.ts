import { X509Certificate } from 'node:crypto';
import * as pkijs from 'pkijs';
import { CourierError, parsing } from './errors.ts';
import type { Party } from './manifest.ts';
import { OID } from './oids.ts';
import type { Signed } from './signed.ts';

/** Whom we take courier files from. */
export interface CourierTrust {
  /** Trust anchors, DER. */
  roots: readonly Uint8Array[];
  tenant: string;
  /** Extended key usage that the signer's certificate must have, as an object identifier. Default: documentSigning (RFC 9336). */
  purpose?: string;
  /**
   * Who the holder of a certificate is, or null for one that may not send (another role, revoked). Only called for
   * certificates that lead to a root.
   */
  identify(certificate: X509Certificate): CourierSender | null | Promise<CourierSender | null>;
  /**
   * Milliseconds that a signature may lie outside the validity of the signer's certificate: a station's clock is a day
   * off, or its certificate ended while it had no line and this very transfer asks for a new one. Default: 0.
   */
  leeway?: number;
}

export interface CourierSender extends Pick<Party, 'kind' | 'id'> {
  tenant: string;
}

export interface VerifiedSigner extends CourierSender {
  certificate: X509Certificate;
  /** As the signer's clock said. */
  signedAt: Date;
  /** The certificate was not valid at that time; only `leeway` let it pass. */
  outsideValidity: boolean;
}

const unknown = (why: string, cause?: unknown): CourierError =>
  new CourierError('unknown-sender', 'The courier file is not from a sender that is known here.', {
    context: { why },
    cause,
  });

/** The time to check at: when it was signed, moved into the certificate's validity where the leeway reaches. */
function timeOfCheck(signed: Signed, leeway: number): Date {
  const [from, until] = [signed.certificate.notBefore.value, signed.certificate.notAfter.value];
  const at = signed.signedAt.getTime();
  if (at < from.getTime() && from.getTime() - at <= leeway) return from;
  if (at > until.getTime() && at - until.getTime() <= leeway) return until;
  return signed.signedAt;
}

async function checkChain(signed: Signed, roots: readonly Uint8Array[], checkDate: Date): Promise<void> {
  const trustedCerts = roots.map((root) => pkijs.Certificate.fromBER(new Uint8Array(root)));
  // The engine takes the last of the list as the end entity.
  const certs = [...signed.certificates.filter((other) => other !== signed.certificate), signed.certificate];
  const engine = new pkijs.CertificateChainValidationEngine({ trustedCerts, certs, checkDate });
  const verdict = await engine.verify().catch((error: unknown) => {
    throw unknown('its certificates cannot be followed', error);
  });
  if (!verdict.result)
    throw unknown(`its certificate leads to no root that is trusted: ${verdict.resultMessage}`);
}

function checkPurpose(certificate: X509Certificate, purpose: string): void {
  // In Node `keyUsage` holds the extended key usages; undefined where the extension is missing.
  const usages = certificate.keyUsage as string[] | undefined;
  if (usages?.includes(purpose) !== true) throw unknown('its certificate is not for courier files');
  if (certificate.ca) throw unknown('its certificate is that of an authority');
}

/** Decides whether a valid signature is one that we take files from. Throws `unknown-sender`. */
export async function verifySigner(signed: Signed, trust: CourierTrust): Promise<VerifiedSigner> {
  const checkDate = timeOfCheck(signed, trust.leeway ?? 0);
  await checkChain(signed, trust.roots, checkDate);
  const raw = Buffer.from(signed.certificate.toSchema().toBER());
  const certificate = parsing('certificate', () => new X509Certificate(raw));
  checkPurpose(certificate, trust.purpose ?? OID.documentSigning);
  const sender = await trust.identify(certificate);
  if (sender === null) throw unknown('nobody is known under its certificate');
  if (sender.tenant !== trust.tenant) throw unknown('it belongs to another tenant');
  const outsideValidity = checkDate !== signed.signedAt;
  return { ...sender, certificate, signedAt: signed.signedAt, outsideValidity };
}
