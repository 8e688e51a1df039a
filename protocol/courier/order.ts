import { CourierError } from './errors.ts';
import type { Transfer } from './manifest.ts';

/** The transfer of a sender that was taken in last. */
export interface LastTaken {
  number: number;
  /** SHA-256 of its manifest. */
  manifest: string;
}

/** Numbers that an error names at most. */
const NAMED = 50;

/** Throws `replay` where the number was taken in before. */
export function refuseReplay({ number, from }: Transfer, last: LastTaken | null): void {
  if (last === null || number > last.number) return;
  throw new CourierError('replay', `Transfer ${number} from ${from.name} was taken in already.`, {
    context: { number, last: last.number },
  });
}

/** Throws `replay`, `gap` or `other-history` unless a transfer is exactly the next of its sender. */
export function refuseUnlessNext(transfer: Transfer, last: LastTaken | null): void {
  refuseReplay(transfer, last);
  const { number, from, previous } = transfer;
  const next = (last?.number ?? 0) + 1;
  const missing = Array.from({ length: Math.min(number - next, NAMED) }, (_, at) => next + at);
  if (missing.length > 0) {
    const named = `${missing.join(', ')}${number - next > NAMED ? ' and more' : ''}`;
    throw new CourierError(
      'gap',
      `Before transfer ${number} from ${from.name}, these are missing: ${named}.`,
      {
        context: { number, missing },
      },
    );
  }
  if (previous === (last?.manifest ?? null)) return;
  const what = `Transfer ${number} from ${from.name} does not follow the one that was taken in before.`;
  throw new CourierError('other-history', what, { context: { number } });
}
