import { z } from 'zod';
import { errorView } from '#contract/errors.ts';
import { transferView, type TransferView } from '#contract/sync.ts';
import { count, sha256Hex } from '#protocol/shapes.ts';
import type { SettingsRepository } from '#store/api.ts';

const SETTING = 'courier.state';
/** Transfers that the screen lists. */
const KEPT = 40;

const written = z.strictObject({ number: count, manifest: sha256Hex, until: count });
const taken = z.strictObject({ number: count, manifest: sha256Hex });

/** What the station knows of its transfers: in the database, so that a restored backup restores it with the rest. */
export const courierState = z.strictObject({
  /** Whose numbering this is: tenant and station. */
  membership: z.string(),
  /** Written and not known to have arrived, oldest first, and the newest one that has. */
  written: z.array(written),
  /** The last one of the cloud that was taken in; null before the first. */
  taken: taken.nullable(),
  transfers: z.array(transferView.extend({ reason: errorView.nullable() })),
});
export type CourierState = z.infer<typeof courierState>;

/** Another membership begins with number 1. */
export async function readCourier(
  settings: Pick<SettingsRepository, 'get'>,
  membership: string,
): Promise<CourierState> {
  const text = await settings.get(SETTING);
  const kept = text === null ? null : courierState.parse(JSON.parse(text));
  if (kept?.membership === membership) return kept;
  return { membership, written: [], taken: null, transfers: kept?.transfers ?? [] };
}

export function writeCourier(
  settings: SettingsRepository,
  state: CourierState,
  actor: string,
): Promise<void> {
  return settings.set(SETTING, JSON.stringify(state), actor);
}

/** Newest first; the same transfer is listed once. */
export function listed(transfers: readonly TransferView[], next: TransferView): TransferView[] {
  const others = transfers.filter(
    ({ direction, number }) => direction !== next.direction || number !== next.number,
  );
  return [next, ...others].slice(0, KEPT);
}

/** What the cloud is known to hold by now: transfers up to there have arrived. */
export function acknowledgedUntil(state: CourierState, position: number): CourierState {
  const arrived = new Set(state.written.filter(({ until }) => until <= position).map(({ number }) => number));
  const newest = Math.max(0, ...arrived);
  return {
    ...state,
    written: state.written.filter(({ number }) => number >= newest),
    transfers: state.transfers.map((one) =>
      one.direction === 'up' && one.state === 'written' && arrived.has(one.number)
        ? { ...one, state: 'acknowledged' }
        : one,
    ),
  };
}
