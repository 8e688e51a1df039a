import type { Body } from '#cloud/contract/api.ts';

export type Reason = Body<'revokeCertificate'>['reason'];

/** Reasons of RFC 5280, 5.3.1 in plain words. */
export const REASONS: Record<Reason, string> = {
  keyCompromise: 'Its key is known to others, or may be',
  superseded: 'It was replaced by another certificate',
  cessationOfOperation: 'The device is out of use',
  affiliationChanged: 'The device belongs to somebody else now',
  unspecified: 'Another reason',
};

/** A reason as text within a line. */
export function reasonWord(reason: string | null): string {
  const known = reason !== null && Object.hasOwn(REASONS, reason) ? REASONS[reason as Reason] : null;
  return known === null ? (reason ?? 'no reason given') : known.charAt(0).toLowerCase() + known.slice(1);
}
