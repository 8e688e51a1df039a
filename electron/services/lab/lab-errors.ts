import { AppError } from '#contract/errors.ts';
import { viewOf } from '#services/engine/failures.ts';

const refusal = (code: string, what: string, next: string): AppError => new AppError({ code, what, next });

/** Polite refusals of the lab: nothing was sent to the board. */
export const labClosed = (site: string) =>
  refusal('lab-closed', `The lab is not open on site ${site}.`, 'Take the site out of production first.');
export const labBusy = (site: string) =>
  refusal('lab-busy', `Something is under way on site ${site}.`, 'Wait for its end, or stop it.');
export const notOfTarget = (target: string) =>
  refusal('unsupported', `${target} cannot do this.`, 'Choose one of what it can.');
export const noBoard = (site: string) =>
  refusal('lab-no-board', `No programmer is bound to site ${site}.`, 'Bind one on the bench page first.');
export const toolOnly = (target: string) =>
  refusal(
    'lab-tool',
    `${target} is worked by its maker’s tool, which only a recipe describes.`,
    'Use a batch, or the tool itself.',
  );
export const uidNeeded = () =>
  refusal(
    'uid-needed',
    'This cannot be undone, and the unique id of the part was not given.',
    'Type or scan the unique id that is printed or read.',
  );
/** For a protected part, which does not say who it is. */
export const siteNeeded = (site: string) =>
  refusal(
    'site-needed',
    `The part in ${site} is protected and does not say who it is. Nothing was sent.`,
    `Type ${site}, the name of the site, to erase the part that is in it.`,
  );
export const uidDiffers = (found: string) =>
  new AppError({
    code: 'uid-differs',
    what: `The part in the socket is ${found}, which is not the one that was named. Nothing was sent.`,
    chip: 'Nothing was written to it.',
    next: 'Check which board is in the socket, then type or scan its id again.',
    details: { found },
  });

/** The chip said no, or nothing was sent: it did not take the act. */
const REFUSALS = new Set<string>(['wrong-state', 'unsupported', 'bad-argument', 'protected', 'locked']);
export const isRefusal = ({ code, chip }: { code: string; chip: string | null }): boolean =>
  chip === 'untouched' || REFUSALS.has(code);

/** What failed, and what a person at a bench does next. A defect stays a defect. */
export function labFailure(error: unknown, operation: string, irreversible: boolean): unknown {
  if (error instanceof AppError) return error;
  const view = viewOf(error, null, { phase: operation.replaceAll('-', ' ') });
  if (view.code === 'internal') return error;
  const next = irreversible
    ? 'The part may have taken it. Read its state before anything else.'
    : 'Look at the byte log, then identify the board again.';
  return new AppError({ ...view, next, retry: false }, error);
}
