import { X509Certificate } from 'node:crypto';
import { der, type Membership } from './membership.ts';

/** When the certificate of the line ends. */
export function lineCertificateEnd({ credentials }: Pick<Membership, 'credentials'>): Date {
  return new X509Certificate(der(credentials.certificate)).validToDate;
}

export function lineCertificateEnded(membership: Pick<Membership, 'credentials'>, at: Date): boolean {
  return lineCertificateEnd(membership) < at;
}

/** Two thirds of its life are over: without a line nobody else says when to renew. */
export function renewalDue({ credentials }: Pick<Membership, 'credentials'>, at: Date): boolean {
  const { validFromDate, validToDate } = new X509Certificate(der(credentials.certificate));
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()];
  return at.getTime() > from + ((to - from) * 2) / 3;
}
