import { AppError, type ErrorView } from '#contract/errors.ts';

const refusal = (code: string, what: string, next: string, details?: Record<string, string | number>) =>
  new AppError({ code, what, next, ...(details === undefined ? {} : { details }) });

/** Polite refusals: nothing was done, and each says what to do instead. */
export const noSuchSite = (site: string) =>
  refusal('site-missing', `This station has no site ${site}.`, 'Choose one of the sites on the screen.');
export const siteNotReady = (site: string, state: string) =>
  refusal('site-not-ready', `Site ${site} cannot do this: it is ${state}.`, nextFor(state), { site, state });
export const nothingToReadBack = (site: string) =>
  refusal('nothing-to-read', `Site ${site} has nothing to be read back.`, 'Go on with the next part.');
export const siteInLab = (site: string) =>
  refusal(
    'site-in-lab',
    `Site ${site} is in the lab: nothing is produced on it.`,
    'Close the lab on it first, or use another site.',
  );
export const promptOver = (site: string) =>
  refusal('prompt-over', `Site ${site} does not ask for this any more.`, 'Look at what it says now.');

/** Places of the bus, and the port's name there. */
export interface Moved {
  from: string;
  to: string;
  path: string;
}

/** What is bound where, what is where now, and the two ways out. */
export const cableMoved = (site: string, { from, to, path }: Moved): ErrorView => ({
  code: 'cable-moved',
  what: `The cable of site ${site} belongs at ${from} and is now at ${to}. The site is off: nobody has said that its socket moved as well.`,
  chip: null,
  next: 'Plug the cable back where it was, or have an engineer let the site follow it on the bench page.',
  retry: true,
  details: { from, to, path },
});
export const notCleared = (site: string, state: string) =>
  refusal('site-not-cleared', `Site ${site} cannot be cleared: it is ${state}.`, nextFor(state));

const steps: Readonly<Record<string, string>> = {
  offline: 'Plug the programmer in.',
  empty: 'Put a part in.',
  running: 'Wait until its result shows.',
  passed: 'Take the part out.',
  failed: 'Take the part out.',
  unknown: 'Leave the part in, press Read back.',
};
const nextFor = (state: string) => steps[state] ?? 'Wait a moment and try again.';
