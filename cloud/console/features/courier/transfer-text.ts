import type { TransferRow } from '#cloud/contract/views.ts';
import { count } from '#ui/format.ts';
import { plural } from '#cloud/console/pieces/words.ts';

const SHOWN = 8;

/** Which parts, or codes, are still to come. */
export function missingText(missing: readonly number[], what: 'Part' | 'Code' = 'Part'): string {
  const shown = missing.slice(0, SHOWN).map((part) => count(part));
  const more = missing.length - shown.length;
  const noun = plural(missing.length, what);
  return `${noun} ${shown.join(', ')}${more > 0 ? ` and ${count(more)} more` : ''} still to come`;
}

/** The one thing to know of a transfer. */
export function detailText({ reason, missing, state }: TransferRow): string {
  if (reason !== null) return reason;
  if (missing.length > 0) return missingText(missing);
  return state === 'written' ? 'On its way to the station' : '–';
}
