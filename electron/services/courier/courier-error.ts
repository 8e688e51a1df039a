import { AppError, type ErrorView } from '#contract/errors.ts';
import { CourierError } from '#protocol/courier/errors.ts';
import { asAppError } from '#services/sync/sync.ts';

/** A courier's failure as a screen shows it: what happened, what state things are in, what to do next. */
function viewOf(error: CourierError): ErrorView {
  const { code, message, state, next, context } = error;
  const entries = Object.entries(context).map(([key, value]) => [
    key,
    Array.isArray(value) ? value.join(' ') : value,
  ]);
  const details = Object.fromEntries(entries.filter(([, value]) => value !== null)) as NonNullable<
    ErrorView['details']
  >;
  return {
    ...{ code: `courier-${code}`, what: message, chip: null, next: `${state} ${next}`, details },
    retry: code === 'unreadable' || code === 'disk-full',
  };
}

/** Null: not an expected failure, a defect of ours. */
export function courierView(error: unknown): ErrorView | null {
  if (error instanceof CourierError) return viewOf(error);
  const known = asAppError(error);
  return known instanceof AppError ? known.view : null;
}

/** Throws what a screen can show. */
export async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const view = courierView(error);
    throw view === null ? error : new AppError(view, error);
  }
}

const refusal = (code: string, what: string, next: string) => new AppError({ code, what, next });

export const notJoined = () =>
  refusal(
    'not-joined',
    'This station has joined no cloud.',
    'An engineer or the security officer joins one under Sync.',
  );
export const nothingToGoOn = () =>
  refusal('courier-nothing', 'No transfer waits for another stick.', 'Begin a new one.');
export const givenUp = () =>
  refusal(
    'courier-given-up',
    'Writing was stopped. Its number is free again, and nothing counts as handed over.',
    'Delete the files of this transfer from the stick, or leave them: they open to nothing.',
  );
export const nothingWaits = () =>
  refusal('courier-empty', 'Nothing waits for the cloud.', 'There is nothing to carry.');
