import { AppError } from '#contract/errors.ts';

export type JobErrorCode =
  | 'job-missing' // a file of the job is not there or cannot be read
  | 'job-format' // job.json is no recipe
  | 'job-order' // the phases make no sense in this order
  | 'job-hash' // an artefact is not the one the recipe names
  | 'job-target' // the job is for a chip this station does not know
  | 'job-double' // two folders hold the same job
  | 'job-unknown'; // no such job on this station

type Details = Record<string, string | number | boolean>;

/** A refused job. `details` names file, field, line or address. Nothing has been changed when this is thrown. */
export function jobError(code: JobErrorCode, what: string, details: Details, cause?: unknown): AppError {
  return new AppError({ code, what, next: NEXT[code], details }, cause);
}

const ASK = 'Ask whoever made the job for a complete copy of it.';
const NEXT: Readonly<Record<JobErrorCode, string>> = {
  'job-missing': ASK,
  'job-format': 'Have the named field corrected, then load the job again.',
  'job-order': 'Have the order of the phases corrected, then load the job again.',
  'job-hash': ASK,
  'job-target': 'Use a station whose drivers know this chip, or update this one.',
  'job-double': 'Remove one of the two folders.',
  'job-unknown': 'Choose one of the jobs on this station.',
};
