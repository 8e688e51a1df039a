import { AppError } from '#contract/errors.ts';

const refusal = (code: string, what: string, next: string): AppError => new AppError({ code, what, next });

/** Polite refusals of the bench page: nothing was changed. */
export const targetUnknown = (target: string) =>
  refusal('target-unknown', `There is no driver for ${target}.`, 'Choose one of the list.');
export const siteVirtual = (site: string) =>
  refusal('site-virtual', `Site ${site} belongs to the virtual bench.`, 'Choose a site of the real bench.');
export const portTaken = (path: string, site: string) =>
  refusal(
    'port-taken',
    `${path} serves site ${site} already.`,
    `Let site ${site} go first, or choose another port.`,
  );
export const portUnfit = (path: string, target: string) =>
  refusal(
    'port-unfit',
    `${target} is not reached by a port such as ${path}.`,
    'Choose a port of the kind that the target asks for.',
  );
export const noLines = (path: string) =>
  refusal(
    'control-unfit',
    `${path} has no modem lines.`,
    'Choose a relay board, or a person, for reset and mode.',
  );
export const sameChannel = () =>
  refusal('control-unfit', 'Reset and mode are one line.', 'Choose two different ones.');
export const noChannel = (channel: number, first: number, last: number) =>
  refusal('control-unfit', `The board has no channel ${channel}.`, `Choose one from ${first} to ${last}.`);
export const ownRelay = (path: string) =>
  refusal(
    'control-unfit',
    `${path} cannot be the part's port and the relay board's.`,
    'Choose the port of the relay board.',
  );
export const notMoved = (site: string) =>
  refusal('not-moved', `The cable of site ${site} is where it belongs.`, 'Go on.');
export const badLayout = (why: string, next: string) => refusal('layout-refused', why, next);
export const noVirtualBench = () =>
  refusal(
    'not-virtual',
    'This station has no virtual bench.',
    'Use your hands: put the part in or take it out at the fixture.',
  );
