import { AppError } from '#contract/errors.ts';

type Details = Record<string, string | number | boolean>;

const refusal = (code: string, what: string, next: string, details?: Details) =>
  new AppError({ code, what, next, ...(details === undefined ? {} : { details }) });

/** Polite refusals around a batch: nothing was changed, and each says what to do instead. */
export const noBatch = () => refusal('no-batch', 'No batch is open.', 'Scan a traveller to open one.');
export const batchMissing = (batchId: string) =>
  refusal('batch-missing', 'This station has no such batch.', 'Choose one from the list.', { batchId });
export const batchPaused = () => refusal('batch-paused', 'The batch is paused.', 'Press Go on.');
export const batchClosing = () =>
  refusal('batch-closing', 'The batch is being closed.', 'Wait a moment, then look at the batch.');
export const quantityReached = (quantity: number) =>
  refusal(
    'quantity-reached',
    `All ${quantity} units of this batch are made or under way.`,
    'Take the part out and close the batch.',
    { quantity },
  );
export const allowanceUsedUp = (total: number) =>
  refusal(
    'allowance-used-up',
    `The allowance of the job, ${total} units, is used up or under way.`,
    'Call an engineer: the job needs a new allowance.',
    { total },
  );
export const jobMissing = (jobId: string) =>
  refusal('job-missing', `Job ${jobId} is not on this station.`, 'Ask an engineer to load it.', { jobId });
export const wrongChecksum = (expected: string, given: string) =>
  refusal(
    'wrong-checksum',
    `The checksum ${given} is not that of the job, ${expected}.`,
    'Compare the traveller with the screen. Do not start; ask an engineer.',
    { expected, given },
  );
export const notGreen = (title: string, detail: string, next: string | null) =>
  refusal('preflight', `${title}: ${detail}`, next ?? 'Look at the pre-flight list.');
export const sitesBusy = (count: number) =>
  refusal(
    'sites-running',
    `${count === 1 ? 'One site is' : `${count} sites are`} still running.`,
    'Wait for the results, or stop all sites.',
    { running: count },
  );
export const sitesUnread = (count: number) =>
  refusal(
    'sites-unread',
    `${count === 1 ? 'One unit is' : `${count} units are`} to be read back.`,
    'Read them back first, or ask an engineer to close the batch as it is.',
    { unknown: count },
  );
export const leaveNotAllowed = () =>
  refusal(
    'not-allowed',
    'Only an engineer or the security officer may close a batch with units that were not read back.',
    'Ask one of them to sign in.',
  );
