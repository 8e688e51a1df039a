import type { ErrorView } from '#contract/errors.ts';
import type { Problem } from '#protocol/shapes.ts';

/** A refused or failed call, with what the screen shows of it. */
export class CallError extends Error {
  readonly view: ErrorView;
  readonly status: number;
  constructor(view: ErrorView, status: number, cause?: unknown) {
    super(view.what, cause === undefined ? {} : { cause });
    this.name = 'CallError';
    this.view = view;
    this.status = status;
  }
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' &&
  value !== null &&
  ['code', 'what', 'next'].every((key) => typeof (value as Record<string, unknown>)[key] === 'string');

/** The refusal in an answer's body, or what to say of an answer that is none of ours. */
export function refusal(status: number, body: unknown): CallError {
  if (isProblem(body)) {
    const { code, what, next, retry } = body;
    return new CallError({ code, what, chip: null, next, retry }, status);
  }
  return new CallError(
    {
      code: `http-${status}`,
      what: `The cloud answered ${status} without saying why.`,
      chip: null,
      next: 'Try again. If it comes back, look into the log of the cloud.',
      retry: true,
    },
    status,
  );
}

export const LOST = 'connection-lost';

/** No answer at all. */
export const lost = (cause: unknown): CallError =>
  new CallError(
    {
      code: LOST,
      what: 'The cloud does not answer.',
      chip: null,
      next: 'Stations keep working and hand everything over later. This window tries again by itself.',
      retry: true,
    },
    0,
    cause,
  );

/** What a screen shows of anything thrown. */
export function viewOf(error: unknown): ErrorView {
  if (error instanceof CallError) return error.view;
  return {
    code: 'internal',
    what: error instanceof Error ? error.message : 'Something went wrong in this window.',
    chip: null,
    next: 'Reload the window. Nothing was changed in the cloud by this.',
    retry: true,
  };
}
