import type { Trx } from '#cloud/server/context.ts';
import type { Tally } from './tally.ts';

/** What a projection works with: one group of new messages of one station, inside its transaction. */
export interface Projection {
  trx: Trx;
  tenantId: string;
  stationId: string;
  epoch: number;
  now: Date;
  tally: Tally;
}
