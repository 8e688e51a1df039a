import { AppError } from '#contract/errors.ts';

/** Each is final for the operator: who can help stands in `next`. */
const sentences = {
  'wrong-passphrase': ['The passphrase is not the one of this vault.', 'Type the passphrase again.'],
  'vault-damaged': [
    'The vault or one of its keys is damaged.',
    'Stop work and call the security officer: restore the data folder from its backup.',
  ],
  'vault-locked': ['The vault is locked.', 'Unlock it with the passphrase.'],
  'vault-kind': [
    'This vault was made with another kind of master key.',
    'Start the station as it was set up, or with another data folder.',
  ],
  'key-file-exposed': [
    'The demo key file can be read by other accounts of this computer.',
    'Allow it to its owner alone (chmod 600), and treat its keys as known to others.',
  ],
  'key-file-missing': [
    'The demo key file of this vault is missing.',
    'Put it back from a copy, or start with a new data folder.',
  ],
  'key-missing': ['The station has no such key.', 'Call the security officer.'],
} as const;

export type VaultErrorCode = keyof typeof sentences;

/** The vault's failures as an operator reads them. `details` names keys and files, never contents. */
export function vaultError(
  code: VaultErrorCode,
  details: Record<string, string> = {},
  cause?: unknown,
): AppError {
  const [what, next] = sentences[code];
  return new AppError({ code, what, next, retry: code === 'wrong-passphrase', details }, cause);
}
