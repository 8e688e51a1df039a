import type { Selectable } from 'kysely';
import type { CloudTables } from '#cloud/db/schema.ts';

type Item = Selectable<CloudTables['target_items']>;
export type ItemState = 'waiting' | 'retry' | 'registered' | 'dead' | 'revoke-waiting' | 'revoked';

/** As a person reads it: who waits to be revoked does not simply wait, and who is worked on still waits. */
export function itemStateOf({ state, action }: Pick<Item, 'state' | 'action'>): ItemState {
  const pending = state === 'waiting' || state === 'working' || state === 'retry';
  if (pending && action === 'revoke') return 'revoke-waiting';
  return state === 'working' ? 'waiting' : state;
}
