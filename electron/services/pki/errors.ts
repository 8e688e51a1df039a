import { AppError } from '#contract/errors.ts';

/** Why the authority refused. Crosses the boundary under the same name. */
export type PkiCode =
  | 'csr-malformed'
  | 'csr-signature'
  | 'csr-key-type'
  | 'csr-serial'
  | 'csr-device-id'
  | 'certificate-profile'
  | 'certificate-check'
  | 'ca-validity'
  | 'ca-key'
  | 'chain-invalid'
  | 'proof-key'
  | 'proof-signature';

/** An expected refusal of the authority: the chip got no certificate by it. */
export function pkiError(code: PkiCode, what: string, next: string, cause?: unknown): AppError {
  return new AppError({ code, what, next }, cause);
}

const SET_ASIDE = 'Put the part in the red tray; its key or its enrolment agent is not what it says.';

/** A CSR or proof that does not hold is the part's fault, not the operator's. */
export function partRefused(code: PkiCode, what: string, cause?: unknown): AppError {
  return pkiError(code, what, SET_ASIDE, cause);
}
