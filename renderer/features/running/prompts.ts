import type { SiteView } from '#contract/sites.ts';

type Request = NonNullable<SiteView['prompt']>['request'];

/** What a person is asked to do at a socket, in words that name the thing and the place. */
export const PROMPT_WORDS: Record<Request, string> = {
  'mode-boot': 'Set the jumper to BOOT, then press Done',
  'mode-run': 'Set the jumper to RUN, then press Done',
  reset: 'Press the reset button, then press Done',
};

/** The second press of a hurried finger must not answer the question that has just come. */
export const UNREAD_MS = 400;

/** A card at the fixture, scanned instead of a press: `DONE`, or `DONE B2` where several sites ask. */
const CARD = /^DONE(?: ([A-Z]{1,2}[0-9]{1,3}))?$/;

/**
 * The site whose question a key or a card answers; null: none asks, or it cannot be told which. `card` null: the key,
 * which goes from one to the next.
 */
export function answered(asking: readonly SiteView[], card: string | null): SiteView | null {
  if (card === null) return asking[0] ?? null;
  const found = CARD.exec(card);
  if (found === null) return null;
  const [, named] = found;
  if (named !== undefined) return asking.find(({ id }) => id === named) ?? null;
  return asking.length === 1 ? (asking[0] ?? null) : null;
}

export const isCard = (text: string): boolean => CARD.test(text);
