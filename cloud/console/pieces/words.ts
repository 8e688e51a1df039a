import type { BatchRow, OrderView, StationView, TransferRow, UnitRow } from '#cloud/contract/views.ts';
import type { ConsoleRole } from '#cloud/contract/operation.ts';
import { since } from '#ui/format.ts';
import type { Shape } from '#ui/outcome/outcome.ts';
import type { Tone } from '#ui/theme/tokens.ts';

/** A state as it is seen: shape, colour and word, never colour alone. */
export interface Look {
  shape: Shape;
  tone: Tone;
  word: string;
}

export const roleWord: Record<ConsoleRole, string> = {
  admin: 'Administrator',
  planner: 'Planner',
  auditor: 'Auditor',
};

const STATIONS: Record<StationView['state'], Look> = {
  invited: { shape: 'dashed', tone: 'idle', word: 'Invited' },
  online: { shape: 'circle', tone: 'pass', word: 'Online' },
  offline: { shape: 'offline', tone: 'idle', word: 'Offline' },
  late: { shape: 'warning', tone: 'unknown', word: 'Late' },
  forked: { shape: 'diamond', tone: 'fail', word: 'Forked' },
  revoked: { shape: 'octagon', tone: 'idle', word: 'Revoked' },
};

/** An air-gapped station is not offline: it was never meant to be online. */
export function stationLook({ state, courier }: Pick<StationView, 'state' | 'courier'>): Look {
  return courier && (state === 'offline' || state === 'online' || state === 'late')
    ? { shape: 'ready', tone: 'run', word: 'By courier' }
    : STATIONS[state];
}

export const unitLook: Record<UnitRow['outcome'], Look> = {
  passed: { shape: 'circle', tone: 'pass', word: 'PASS' },
  failed: { shape: 'octagon', tone: 'fail', word: 'FAIL' },
  unknown: { shape: 'diamond', tone: 'unknown', word: 'READ BACK' },
};

export const batchLook: Record<BatchRow['state'], Look> = {
  open: { shape: 'ring', tone: 'run', word: 'Open' },
  paused: { shape: 'ready', tone: 'idle', word: 'Paused' },
  closed: { shape: 'circle', tone: 'pass', word: 'Closed' },
};

export const certificateLook: Record<'active' | 'revoked', Look> = {
  active: { shape: 'circle', tone: 'pass', word: 'Active' },
  revoked: { shape: 'octagon', tone: 'fail', word: 'Revoked' },
};

export const orderLook: Record<OrderView['state'], Look> = {
  waiting: { shape: 'ring', tone: 'run', word: 'On its way' },
  applied: { shape: 'circle', tone: 'pass', word: 'At the station' },
  refused: { shape: 'octagon', tone: 'fail', word: 'Refused' },
  withdrawn: { shape: 'dashed', tone: 'idle', word: 'Withdrawn' },
};

export const itemLook: Record<
  'waiting' | 'retry' | 'registered' | 'dead' | 'revoke-waiting' | 'revoked',
  Look
> = {
  waiting: { shape: 'ring', tone: 'run', word: 'Waiting' },
  retry: { shape: 'warning', tone: 'unknown', word: 'Trying again' },
  registered: { shape: 'circle', tone: 'pass', word: 'Registered' },
  dead: { shape: 'octagon', tone: 'fail', word: 'Given up' },
  'revoke-waiting': { shape: 'ring', tone: 'run', word: 'To be revoked' },
  revoked: { shape: 'octagon', tone: 'idle', word: 'Revoked' },
};

export const transferLook: Record<TransferRow['state'], Look> = {
  collecting: { shape: 'ring', tone: 'run', word: 'Parts missing' },
  applied: { shape: 'circle', tone: 'pass', word: 'Taken in' },
  refused: { shape: 'octagon', tone: 'fail', word: 'Refused' },
  written: { shape: 'ready', tone: 'run', word: 'Written' },
  acknowledged: { shape: 'circle', tone: 'pass', word: 'Received' },
};

export const recordLook: Record<'waiting' | 'verified' | 'refused', Look> = {
  waiting: { shape: 'ring', tone: 'run', word: 'Signature not checked yet' },
  verified: { shape: 'circle', tone: 'pass', word: 'Signature holds' },
  refused: { shape: 'octagon', tone: 'fail', word: 'Signature does not hold' },
};

/** Time since an instant as a person says it: `Now`, `4 min ago`. */
export function agoText(instant: string, now: number): string {
  const text = since(instant, now);
  return text === '0 min' ? 'Now' : `${text} ago`;
}

/** 1 unit, 2 units. */
export const plural = (count: number, one: string, many = `${one}s`): string => (count === 1 ? one : many);
