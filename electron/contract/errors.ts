import { z } from 'zod';

/**
 * An expected failure as a screen shows it: what happened, what state the chip is in, what to do now.
 * `code` is small and can be copied; the gate's own: bad-message, unknown-channel, bad-sender, not-signed-in,
 * not-allowed, internal. Driver codes (native-drivers/core/errors.ts) pass through under the same names. `retry` true = the same action may be tried again as it is.
 */
export const errorView = z.strictObject({
  code: z.string().max(64),
  what: z.string().max(600),
  /** Null where no chip is concerned. */
  chip: z.string().max(300).nullable(),
  next: z.string().max(600),
  retry: z.boolean(),
  /** Named field, line, address, measurement: for engineers. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type ErrorView = z.infer<typeof errorView>;

/** The typed error of services. Carriers turn it into `{ok:false, error}`. */
export class AppError extends Error {
  readonly view: ErrorView;
  constructor(
    view: Omit<ErrorView, 'retry' | 'chip'> & { retry?: boolean; chip?: string | null },
    cause?: unknown,
  ) {
    super(view.what, cause === undefined ? {} : { cause });
    this.name = 'AppError';
    this.view = { retry: false, chip: null, ...view };
  }
}
