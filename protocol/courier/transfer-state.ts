import { CourierError } from './errors.ts';
import type { Transfer } from './manifest.ts';
import type { KeptTransfer } from './sealed-parts.ts';

/** What is here of one transfer. */
export interface TransferState {
  transfer: Transfer;
  have: readonly number[];
  /** How many parts there are; null until the last one is here. */
  count: number | null;
  /** Known to be missing; while `count` is null there may be more behind them. */
  missing: readonly number[];
  complete: boolean;
  /** The same number of the same sender is here complete under another identity: this one is a leftover. */
  stray: boolean;
}

function stateOf({ transfer, parts }: KeptTransfer): TransferState {
  const have = [...parts.keys()].sort((a, b) => a - b);
  const count = [...parts].find(([, { last }]) => last)?.[0] ?? null;
  const until = count ?? have.at(-1) ?? 0;
  const missing = Array.from({ length: until }, (_, at) => at + 1).filter((index) => !parts.has(index));
  return { transfer, have, count, missing, complete: count !== null && missing.length === 0, stray: false };
}

const rivals = (a: Transfer, b: Transfer): boolean =>
  a.number === b.number && a.from.id === b.from.id && a.transferId !== b.transferId;

/** All transfers of which parts are here, by sender and number. */
export function statesOf(kept: Iterable<KeptTransfer>): TransferState[] {
  const states = [...kept].map(stateOf);
  const whole = states.filter(({ complete }) => complete);
  return states
    .map((state) => ({
      ...state,
      stray: !state.complete && whole.some(({ transfer }) => rivals(transfer, state.transfer)),
    }))
    .sort(({ transfer: a }, { transfer: b }) => a.from.id.localeCompare(b.from.id) || a.number - b.number);
}

/** Parts that an error names at most. */
const NAMED = 50;

function leftover({ transfer: { number, from }, have }: TransferState): CourierError {
  const what = `These are leftovers of another transfer ${number} from ${from.name}.`;
  return new CourierError('foreign-part', what, { context: { number, have: have.slice(0, NAMED) } });
}

function lacking({ transfer: { number, from }, missing, count }: TransferState): CourierError {
  const named = missing.slice(0, NAMED);
  const more = missing.length > NAMED ? ' and more' : '';
  const which = missing.length === 0 ? 'the parts at its end' : `part ${named.join(', ')}${more}`;
  const of = count === null ? '' : ` of ${count}`;
  const what = `Of transfer ${number} from ${from.name}, ${which}${of} is missing.`;
  return new CourierError('missing-part', what, { context: { number, missing: named, count } });
}

/** Throws `missing-part`, or `foreign-part` for a leftover, unless all parts are here. */
export function refuseUnlessWhole(state: TransferState): void {
  if (!state.complete) throw state.stray ? leftover(state) : lacking(state);
}
