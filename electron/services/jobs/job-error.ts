import { AppError } from '#contract/errors.ts';

export type JobErrorCode =
  | 'job-missing' // a file of the job is not there or cannot be read
  | 'job-format' // job.json is no recipe
  | 'job-order' // the phases make no sense in this order
  | 'job-hash' // an artefact is not the one the recipe names
  | 'job-target' // the job is for a chip this station does not know
  | 'job-operation' // a phase asks for what this chip cannot do
  | 'job-root-of-trust' // unknown, not to be had on this chip, or less able than the job asks
  | 'job-artefact' // a phase names no file, or one of a kind that it or the chip does not take
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
  'job-operation': 'Have the phase taken out, or the job made for a chip that can do it.',
  'job-root-of-trust': 'Have the root of trust corrected, or the phases that need it taken out.',
  'job-artefact': 'Have the named file or phase corrected, then load the job again.',
  'job-double': 'Remove one of the two folders.',
  'job-unknown': 'Choose one of the jobs on this station.',
};
