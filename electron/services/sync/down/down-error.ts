import { AppError } from '#contract/errors.ts';

const NOTHING = 'Nothing of it was taken in. Tell the administrator of the cloud.';
const sentences = {
  'down-altered': ['A message from the cloud was altered on its way.', NOTHING],
  'down-stranger': ['A message came that is not signed by the owner of this station.', NOTHING],
  'down-other-tenant': ['A message came that is meant for the stations of another owner.', NOTHING],
  'down-other-station': ['A message came that is meant for another station.', NOTHING],
  'down-gap': [
    'A message from the cloud is missing before the one that came.',
    'Nothing of it was taken in. Bring the missing courier files, oldest first, or connect the line.',
  ],
  'down-format': [
    'A message from the cloud cannot be read.',
    'Update this station; until then nothing of it is taken in.',
  ],
} as const;
export type DownErrorCode = keyof typeof sentences;

/** A message from the cloud that is not believed, or not yet. Nothing of it was applied and no number is used up. */
export function downError(
  code: DownErrorCode,
  details: Record<string, string | number> = {},
  cause?: unknown,
): AppError {
  const [what, next] = sentences[code];
  return new AppError({ code, what, next, details }, cause);
}
