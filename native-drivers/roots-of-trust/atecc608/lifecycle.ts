import { DriverError } from '#drivers/core/errors.ts';
import type { Lifecycle } from '#drivers/core/operations.ts';
import type { ConfigZone } from './config-zone.ts';
import { LOCKED_SLOTS } from './policy.ts';

/** `OPEN`, `CONFIG_LOCKED`, `CONFIG_LOCKED+DATA_LOCKED`; protection names the slots that are locked (`SLOTS 0 8`). */
export function lifecycleOf(zone: ConfigZone): Lifecycle {
  const slots = Array.from({ length: 16 }, (_, slot) => slot).filter((slot) => zone.slotLocked(slot));
  const dlm = zone.dataLocked ? 'CONFIG_LOCKED+DATA_LOCKED' : zone.configLocked ? 'CONFIG_LOCKED' : 'OPEN';
  return { dlm, protection: slots.length === 0 ? null : `SLOTS ${slots.join(' ')}`, authentication: null };
}

export const isLocked = (zone: ConfigZone): boolean =>
  zone.dataLocked && LOCKED_SLOTS.every((slot) => zone.slotLocked(slot));

/** Rejects with `wrong-state` before the data zone is locked. */
export function requireDataLocked(zone: ConfigZone): void {
  if (zone.dataLocked) return;
  throw new DriverError(
    'wrong-state',
    'The chip signs and keeps certificates only once its data zone is locked: move-lifecycle to DATA_LOCKED comes first.',
    { chip: 'not-locked', context: { dlm: lifecycleOf(zone).dlm } },
  );
}
