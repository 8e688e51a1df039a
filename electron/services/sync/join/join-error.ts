import { AppError } from '#contract/errors.ts';

const sentences = {
  'join-address': [
    'This is no address of a cloud.',
    'Type it as the console of the cloud shows it: https://host:port.',
  ],
  'join-code': [
    'This is no code of an invitation.',
    'Type the 16 characters that the console of the cloud shows.',
  ],
  'join-invitation': [
    'What answered is not a cloud that this station can join.',
    'Nothing was sent. Check the address with the administrator of the cloud.',
  ],
  'join-fingerprint': [
    'The cloud is not the one whose fingerprint was compared.',
    'Nothing was sent. Do not join; tell the administrator of the cloud.',
  ],
  'join-membership': [
    'The answer of the cloud does not belong to this station.',
    'This station has not joined. Ask the administrator for a new code.',
  ],
  'join-file': [
    'The file is not the one that is wanted here.',
    'Choose the file that the cloud made for this station.',
  ],
  'join-no-request': [
    'This station has asked for no membership.',
    'Begin with the invitation file, then bring the answer to it.',
  ],
  'not-joined': [
    'This station has joined no cloud.',
    'An engineer or the security officer joins one under Sync.',
  ],
} as const;

/** Joining was refused; nothing of the station was changed. */
export function joinError(
  code: keyof typeof sentences,
  details: Record<string, string | number> = {},
  cause?: unknown,
): AppError {
  const [what, next] = sentences[code];
  return new AppError({ code, what, next, details }, cause);
}
