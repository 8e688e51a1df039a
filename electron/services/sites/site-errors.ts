import { AppError } from '#contract/errors.ts';

const refusal = (code: string, what: string, next: string, details?: Record<string, string | number>) =>
  new AppError({ code, what, next, ...(details === undefined ? {} : { details }) });

/** Polite refusals: nothing was done, and each says what to do instead. */
export const noSuchSite = (site: string) =>
  refusal('site-missing', `This station has no site ${site}.`, 'Choose one of the sites on the screen.');
export const siteNotReady = (site: string, state: string) =>
  refusal('site-not-ready', `Site ${site} cannot do this: it is ${state}.`, nextFor(state), { site, state });
export const nothingToReadBack = (site: string) =>
  refusal('nothing-to-read', `Site ${site} has nothing to be read back.`, 'Go on with the next part.');
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
