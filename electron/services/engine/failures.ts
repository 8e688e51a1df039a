import { AppError, type ErrorView } from '#contract/errors.ts';
import type { ChipState } from '#drivers/core/errors.ts';
import { failureTable, type FailureCode, type FailureContext } from './failure-table.ts';

/** What is known of the part, in the operator's words. */
export const chipWords: Readonly<Record<ChipState, string>> = {
  untouched: 'Nothing was written to it.',
  'not-locked': 'Not locked.',
  locked: 'Locked.',
  unknown: 'It may be locked.',
};

const READ_BACK = 'Leave the part in, press Read back.';

const isCode = (code: unknown): code is FailureCode =>
  typeof code === 'string' && Object.hasOwn(failureTable, code);

interface CodedError {
  code: FailureCode;
  context: FailureContext;
  chip: ChipState | null;
}

/**
 * Reads code, context and chip state off any typed error (driver, store, engine), by its fields and never by its
 * message. Anything else is a defect of ours: `internal`.
 */
export function classify(error: unknown): CodedError {
  const fields = error instanceof Error ? (error as Partial<CodedError>) : {};
  if (!isCode(fields.code)) return { code: 'internal', context: {}, chip: null };
  return { code: fields.code, context: fields.context ?? {}, chip: fields.chip ?? null };
}

/** The sentence of a failure. `chip` null = no chip is concerned. */
export function failureView(
  code: FailureCode,
  chip: ChipState | null,
  context: FailureContext = {},
): ErrorView {
  const row = failureTable[code];
  return closing(
    {
      code,
      what: row.what(context).slice(0, 600),
      chip: null,
      next: row.next,
      retry: row.retry,
      ...(Object.keys(context).length === 0 ? {} : { details: { ...context } }),
    },
    chip,
  );
}

/** Any error as a screen shows it. Services' own sentences (AppError) stay as they are; the chip's state is added. */
export function viewOf(error: unknown, chip: ChipState | null, context: FailureContext = {}): ErrorView {
  if (error instanceof AppError) return closing(error.view, chip);
  const known = classify(error);
  return failureView(known.code, chip, { ...known.context, ...context });
}

/** A part in doubt is read back before anything else; a locked one is never started again. */
function closing(view: ErrorView, chip: ChipState | null): ErrorView {
  if (chip === null) return view;
  if (chip === 'unknown') return { ...view, chip: chipWords.unknown, next: READ_BACK, retry: false };
  return { ...view, chip: chipWords[chip], retry: view.retry && chip !== 'locked' };
}

/** A known failure of another layer becomes an expected one with its sentence; a defect stays a defect. */
export async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const view = viewOf(error, null);
    if (error instanceof AppError || view.code === 'internal') throw error;
    throw new AppError(view, error);
  }
}

/** The label of a Pareto row; the code itself for one this version does not know. */
export function failureLabel(code: string): string {
  return isCode(code) ? failureTable[code].label : code;
}
