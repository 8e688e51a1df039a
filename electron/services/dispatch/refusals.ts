import type { z } from 'zod';
import { AppError, type ErrorView } from '#contract/errors.ts';
import { MAX_MESSAGE_BYTES } from '#contract/contract.ts';

/** Refusals at the gate: nothing was done, and each says what would be accepted. */
export const tooLarge = (bytes: number): AppError =>
  new AppError({
    code: 'bad-message',
    what: 'That message is larger than this station accepts.',
    next: 'Shorten the text and try again.',
    details: { bytes, limit: MAX_MESSAGE_BYTES },
  });

export const unknownChannel = (): AppError =>
  new AppError({
    code: 'unknown-channel',
    what: 'This station does not know that request.',
    next: 'Reload the window: it may belong to another version.',
  });

/** Names the field; never repeats what was in it, which may be a PIN. */
export function badMessage(channel: string, error: z.ZodError): AppError {
  const issue = error.issues[0];
  const field = issue?.path.join('.') ?? '';
  return new AppError({
    code: 'bad-message',
    what:
      field === ''
        ? 'The request is not in the expected form.'
        : `The field "${field}" is not in the expected form.`,
    next: 'Correct the entry and try again.',
    details: { channel, field, rule: issue?.code ?? 'unknown' },
  });
}

export const notSignedIn = (): AppError =>
  new AppError({
    code: 'not-signed-in',
    what: 'Nobody is signed in.',
    next: 'Sign in with your badge or PIN.',
  });

export const notAllowed = (role: string): AppError =>
  new AppError({
    code: 'not-allowed',
    what: `The role ${role} may not do this.`,
    next: 'Ask an engineer or the security officer to sign in.',
    details: { role },
  });

export const badSender = (): ErrorView =>
  new AppError({
    code: 'bad-sender',
    what: 'The request did not come from this station’s own window.',
    next: 'Open the station again from its icon or its link.',
  }).view;

export const internal = (reference: string): ErrorView => ({
  code: 'internal',
  what: 'The station made a mistake of its own and stopped this action.',
  chip: null,
  next: `Try again. If it stays, give the reference ${reference} to an engineer.`,
  retry: true,
  details: { reference },
});
